"""How it goes is seen on one page, and nothing secret with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Hub, Lease, Pause, Post, Subscription, Video
from yt_pubsub_handler.operations import look
from yt_pubsub_handler.settings import keep_settings, settings_of

NOW = datetime.now(UTC)
SOON = NOW + timedelta(days=1)  # A whole run of the tests lies between the two.


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_an_app_that_does_nothing_has_nothing_to_tell(app: Flask) -> None:
    seen = look(app)

    assert (seen.leases, seen.paused, seen.quiet, seen.asking) == ({}, [], [], [])
    assert seen.schema["fit"] == "current"
    assert seen.release.commit == "development"
    assert [run["outcome"] for run in seen.history["runs"]] == ["applied"]


def test_leases_are_counted_by_state(app: Flask) -> None:
    for number, state in enumerate(["pending", "pending", "denied"]):
        channel = f"UC{number:022}"
        db.session.add(Lease(channel_id=channel, topic="t", callback_key=f"{number:043}", secret="s" * 40, state=state))
    db.session.commit()

    assert look(app).leases == {"denied": 1, "pending": 2}


def test_pauses_are_told_and_webhooks_are_not(app: Flask) -> None:
    pauses = [("reddit", "aww", SOON), ("reddit", "", SOON), ("reddit", "over", NOW - timedelta(days=1))]
    for destination, target, until in [*pauses, ("discord", "https://discord.example/secret", SOON)]:
        db.session.add(Pause(destination=destination, target=target, not_before=until, reason="it said so"))
    db.session.add(Hub(url="https://hub.example/", not_before=SOON, failures=2, reason="answered 503"))
    db.session.commit()

    seen = look(app)

    assert sorted((pause.destination, pause.place) for pause in seen.paused) == [
        ("discord", "one of its places"),
        ("reddit", ""),
        ("reddit", "aww"),
    ]
    assert [hub.url for hub in seen.quiet] == ["https://hub.example/"]


def test_what_asks_for_a_decision_is_told(app: Flask) -> None:
    channel = "UC" + "x" * 22
    video = Video(video_id="VIDEOID0001", channel_id=channel, title="t", author="a", published_at=NOW, updated_at=NOW)
    links = [Subscription(channel_id=channel, subreddit=name) for name in ("aww", "birds")]
    db.session.add_all([video, *links])
    db.session.flush()
    for link, since in zip(links, (NOW, None), strict=True):
        about = {"state": "unknown", "asks_since": since, "reason": "nobody saw it"}
        db.session.add(Post(video_id=video.video_id, subscription_id=link.id, **about))
    db.session.commit()

    assert [(post.subreddit, post.title, post.reason) for post in look(app).asking] == [("aww", "t", "nobody saw it")]


def test_a_ledger_that_cannot_be_read_takes_nothing_else_away(app: Flask) -> None:
    keep_settings(app, replace(settings_of(), migration_database_url="postgresql+psycopg://u@127.0.0.1:1/none"))

    seen = look(app)

    assert seen.history == {"runs": [], "releases": []}
    assert seen.no_history is not None
    assert seen.no_history.startswith("[unreachable]")
