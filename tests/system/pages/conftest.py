"""The app on this machine, with YouTube, its hub and Reddit beside it, and the system's own Chromium to look at it."""

from __future__ import annotations

import math
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from pipeline.rehearsal.outside import Outside
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.posting.delivering import deliver
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.websub.renewing import renew


class Silent(WSGIRequestHandler):
    """A server that prints no line for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        pass


@dataclass
class Served:
    """The app at `url`; what schedules do is done when a test says so."""

    url: str
    app: Flask
    outside: Outside
    database: psycopg.Connection[Any]

    def renew(self) -> None:
        renew(self.app, math.inf)

    def deliver(self) -> None:
        deliver(self.app, math.inf)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to work for root.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield browser
        browser.close()


def not_yet(_environ: Any, _start: Any) -> Any:
    raise AssertionError("nobody knows the address yet")


@pytest.fixture
def served(database_url: str, postgresql: psycopg.Connection[Any]) -> Iterator[Served]:
    """Yield the app, served by threads, as its address has to be known before it is made."""
    server = make_server("127.0.0.1", 0, not_yet, threaded=True, request_handler=Silent)
    url = f"http://127.0.0.1:{server.server_port}"
    postgresql.autocommit = True
    with Outside() as outside:
        outside.invite(url)
        values = {"DATABASE_URL": database_url, "SECRET_KEY": "a key of the test", "PUBLIC_URL": url}
        app = create_app(Settings.from_values(values | outside.settings(), "the test"))
        server.app = app
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Served(url, app, outside, postgresql)
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()
