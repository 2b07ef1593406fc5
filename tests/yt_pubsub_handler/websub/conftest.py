"""A lease to speak about, and a hub that signs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from pipeline.rehearsal.google_hub import GoogleHub
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.websub.leases import open_lease
from yt_pubsub_handler.websub.signature import sign

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"

MakeLease = Callable[..., Lease]
Deliver = Callable[..., TestResponse]


@pytest.fixture
def make_lease(app: Flask) -> MakeLease:
    """Return a function that stores a pending lease, changed by its keywords, and returns it detached."""

    def make(*, hub_echoes_token: bool = True, **changes: Any) -> Lease:
        with app.app_context():
            lease = open_lease(CHANNEL, hub_echoes_token=hub_echoes_token)
            for name, value in changes.items():
                setattr(lease, name, value)
            db.session.commit()
            db.session.refresh(lease)
            db.session.expunge(lease)
            return lease

    return make


@pytest.fixture
def active_lease(make_lease: MakeLease) -> Lease:
    now = datetime.now(UTC)
    return make_lease(
        state="active",
        requested_at=now - timedelta(minutes=1),
        verified_at=now,
        expires_at=now + timedelta(days=5),
    )


@pytest.fixture
def deliver(client: FlaskClient) -> Deliver:
    """Return a function that posts a signed body to a lease's callback."""

    def post(lease: Lease, body: bytes, signature: str | None = None) -> TestResponse:
        header = signature or sign(body, lease.secret)
        headers = {"X-Hub-Signature": header, "Content-Type": "application/atom+xml"}
        return client.post(f"/pubsubhub/hook/{lease.callback_key}", data=body, headers=headers)

    return post


@dataclass(frozen=True)
class Serving:
    """The app as a hub meets it: over HTTP, on an address that it tells the hub."""

    app: Flask
    url: str


Serve = Callable[..., Serving]


@pytest.fixture
def serve(database_url: str) -> Iterator[Serve]:
    """Return a function that serves the app with settings that lead to a hub, until the test ends."""
    closing = ExitStack()

    def start(hub_url: str, **settings: str) -> Serving:
        running: list[Flask] = []

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            return running[0](environ, start_response)  # It has to know the server's address first.

        server = make_server("127.0.0.1", 0, answer, threaded=True)
        url = f"http://127.0.0.1:{server.server_port}"
        given = {"DATABASE_URL": database_url, "SECRET_KEY": "s", "PUBLIC_URL": url, "HUB_URL": hub_url}
        app = create_app(Settings.from_values(given | settings, "the test"))
        running.append(app)
        thread = threading.Thread(target=server.serve_forever, name="app", daemon=True)
        thread.start()
        closing.callback(_dispose, app)
        closing.callback(server.server_close)
        closing.callback(thread.join)
        closing.callback(server.shutdown)
        return Serving(app, url)

    with closing:
        yield start


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def google() -> Iterator[GoogleHub]:
    """Yield a hub with Google's manners that does not wait before it sends again."""
    hub = GoogleHub(wait=lambda _: None)
    yield hub
    hub.close()


@pytest.fixture
def follow(postgresql: psycopg.Connection[Any]) -> Callable[..., None]:
    """Return a function that links a channel to a subreddit, since long ago."""

    def link(channel: str = CHANNEL, subreddit: str = "aww") -> None:
        postgresql.execute(
            "INSERT INTO subscriptions (channel_id, subreddit, created_at) VALUES (%s, %s, '2020-01-01')",
            (channel, subreddit),
        )
        postgresql.commit()

    return link
