"""
A W3C hub that nobody here wrote subscribes us, delivers to us, and lets us go.

What we misread in the specification, our own stand-ins misread too. It keeps to W3C WebSub, so it brings no token
back, and it signs with sha512 unless it is told otherwise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging
from flask import Flask, Response, request
from flask_websub.hub import Hub, SQLite3HubStorage
from werkzeug.serving import make_server

from yt_pubsub_handler.websub.renewing import Renewed, renew


def _leave_logs_alone(**_: Any) -> None:
    """A worker of Celery's takes the root logger's handlers and level for itself, for the rest of the process."""


setup_logging.connect(_leave_logs_alone)


CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"
POSTS = "SELECT video_id, state FROM posts"


@dataclass
class Publisher:
    """A hub and the site whose feeds it tells about, on one address."""

    url: str
    hub: Hub
    feed: bytes = b""
    refused: str | None = None

    @property
    def hub_url(self) -> str:
        return f"{self.url}/hub"

    @property
    def topic_prefix(self) -> str:
        return f"{self.url}/feeds/videos.xml?channel_id="

    def publish(self) -> None:
        """Tell the hub that the feed has changed, as a site does."""
        form = {"hub.mode": "publish", "hub.topic": self.topic_prefix + CHANNEL}
        assert requests.post(self.hub_url, data=form, timeout=5).status_code == 202

    def subscribers(self) -> list[str]:
        return [callback for callback, _ in self.hub.storage.get_callbacks(self.topic_prefix + CHANNEL)]


@pytest.fixture
def publisher(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Publisher]:
    """Yield the hub, signing with the method that the test names, with a worker of its own."""
    celery = Celery("hub", broker="memory://", backend="cache+memory://", set_as_current=False)
    method = getattr(request, "param", "sha512")
    storage = SQLite3HubStorage(str(tmp_path / "hub.sqlite3"))
    hub = Hub(storage, celery, SIGNATURE_ALGORITHM=method, BACKOFF_BASE=0.01, REQUEST_TIMEOUT=5)
    site = Flask("publisher")
    site.config["PUBLISH_SUPPORTED"] = True
    site.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    with ExitStack() as closing:
        server = make_server("127.0.0.1", 0, site, threaded=True)
        publisher = Publisher(f"http://127.0.0.1:{server.server_port}", hub)
        _add_feed(site, publisher)
        hub.register_validator(lambda *_: publisher.refused)
        thread = threading.Thread(target=server.serve_forever, name="hub", daemon=True)
        thread.start()
        closing.callback(server.server_close)
        closing.callback(thread.join)
        closing.callback(server.shutdown)
        closing.enter_context(start_worker(celery, pool="threads", perform_ping_check=False, shutdown_timeout=10))
        yield publisher


def _add_feed(site: Flask, publisher: Publisher) -> None:
    @site.get("/feeds/videos.xml")
    def feed() -> Response:
        links = f'<{request.url}>; rel="self", <{publisher.hub_url}>; rel="hub"'
        return Response(publisher.feed, mimetype="application/atom+xml", headers={"Link": links})


@pytest.fixture
def run(serve: Any, publisher: Publisher, follow: Any) -> Callable[[], Renewed]:
    follow()
    serving = serve(publisher.hub_url, TOPIC_PREFIX=publisher.topic_prefix)
    return lambda: renew(serving.app, 120)


def eventually(tell: Callable[[], Any], wanted: Any) -> Any:
    """Return what `tell` says as soon as it is `wanted`, or what it says after ten seconds."""
    ends = time.monotonic() + 10
    while (told := tell()) != wanted and time.monotonic() < ends:
        time.sleep(0.02)
    return told


@pytest.mark.parametrize("publisher", ["sha1", "sha512"], indirect=True)
def test_a_hub_of_others_subscribes_us_delivers_signed_and_lets_us_go(
    publisher: Publisher, run: Any, rows: Any, samples: Path, postgresql: psycopg.Connection[Any]
) -> None:
    publisher.feed = (samples / "upload.xml").read_bytes()

    assert run() == Renewed(opened=1, accepted=1)
    active = [("active", None, 864000)]
    assert eventually(lambda: rows("SELECT state, verify_token, lease_seconds FROM leases"), active) == active
    assert eventually(lambda: len(publisher.subscribers()), 1) == 1

    publisher.publish()
    assert eventually(lambda: rows(POSTS), [("VIDEOID0011", "pending")]) == [("VIDEOID0011", "pending")]

    postgresql.execute("UPDATE subscriptions SET removed_at = now()")
    postgresql.commit()
    assert run() == Renewed(ended=1, accepted=1)
    assert eventually(lambda: rows("SELECT state FROM leases"), [("unsubscribed",)]) == [("unsubscribed",)]
    assert eventually(publisher.subscribers, []) == []


def test_a_hub_of_others_sends_again_what_could_not_be_stored(
    publisher: Publisher, run: Any, rows: Any, samples: Path, postgresql: psycopg.Connection[Any]
) -> None:
    publisher.feed = (samples / "upload.xml").read_bytes()
    publisher.hub.config["BACKOFF_BASE"] = 0.5
    run()
    assert eventually(lambda: len(publisher.subscribers()), 1) == 1

    postgresql.execute("ALTER TABLE videos RENAME TO away")
    postgresql.commit()
    publisher.publish()
    time.sleep(0.5)
    postgresql.execute("ALTER TABLE away RENAME TO videos")
    postgresql.commit()

    assert eventually(lambda: rows(POSTS), [("VIDEOID0011", "pending")]) == [("VIDEOID0011", "pending")]


def test_a_hub_of_others_that_refuses_is_asked_again_later(publisher: Publisher, run: Any, rows: Any) -> None:
    publisher.refused = "not this topic"

    run()

    denied = [("denied", "not this topic", True)]
    assert (
        eventually(lambda: rows("SELECT state, reason, due_at > now() + interval '5 hours' FROM leases"), denied)
        == denied
    )


def test_a_hub_of_others_that_is_asked_by_somebody_else_gets_no_confirmation(
    publisher: Publisher, run: Any, rows: Any
) -> None:
    run()
    assert eventually(lambda: len(publisher.subscribers()), 1) == 1
    [callback] = publisher.subscribers()
    form = {"hub.mode": "unsubscribe", "hub.topic": publisher.topic_prefix + CHANNEL, "hub.callback": callback}

    requests.post(publisher.hub_url, data=form, timeout=5)
    time.sleep(0.5)

    assert publisher.subscribers() == [callback]
    assert rows("SELECT state FROM leases") == [("active",)]
