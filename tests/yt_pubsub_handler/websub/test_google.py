"""
From the link that somebody makes to the post that is queued, with a hub that behaves as Google's does.

Nothing here calls the app but the hub, over HTTP, and the schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline.rehearsal.google_hub import GoogleHub, Order
from yt_pubsub_handler.websub.renewing import Renewed, renew

TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCxxxxxxxxxxxxxxxxxxxxxx"
POSTS = "SELECT video_id, state FROM posts ORDER BY id"

Run = Callable[[], Renewed]


@pytest.fixture
def run(serve: Any, google: GoogleHub, follow: Any) -> Run:
    """Return the schedule of an app where one channel is followed."""
    follow()
    serving = serve(google.url, HUB_ECHOES_TOKEN="yes")
    return lambda: renew(serving.app, 120)


@pytest.fixture
def subscribed(run: Run, google: GoogleHub) -> str:
    """Return the callback of the lease that the hub has granted."""
    run()
    [subscriber] = google.subscribers.values()
    return subscriber.callback


def upload(samples: Path) -> bytes:
    return (samples / "upload.xml").read_bytes()


def test_an_upload_ends_as_a_queued_post_and_its_repetition_as_nothing(
    subscribed: str, google: GoogleHub, rows: Any, samples: Path
) -> None:
    first, again = google.publish(TOPIC, upload(samples)), google.publish(TOPIC, upload(samples))

    assert first == again == {subscribed: [204]}
    assert rows(POSTS) == [("VIDEOID0011", "pending")]


def test_a_tombstone_cancels_what_was_not_posted_yet(
    subscribed: str, google: GoogleHub, rows: Any, samples: Path
) -> None:
    google.publish(TOPIC, upload(samples))

    told = google.publish(TOPIC, (samples / "deleted.xml").read_bytes().replace(b"2018", b"2026"))

    assert told == {subscribed: [204]}
    assert rows(POSTS) == [("VIDEOID0011", "skipped")]


def test_what_comes_while_the_database_has_no_schema_is_sent_again_and_queued(
    subscribed: str, google: GoogleHub, rows: Any, samples: Path, postgresql: psycopg.Connection[Any]
) -> None:
    """A deployment's moment costs nothing: the hub sends four times more."""

    def rename(before: str, after: str) -> None:
        postgresql.execute(f"ALTER TABLE {before} RENAME TO {after}".encode())
        postgresql.commit()

    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if seconds == 120:
            rename("away", "videos")

    google.wait = wait
    rename("videos", "away")

    assert google.publish(TOPIC, upload(samples)) == {subscribed: [503, 503, 503, 204]}
    assert waited == [30, 60, 120]
    assert rows(POSTS) == [("VIDEOID0011", "pending")]


def test_a_verification_nobody_asked_for_keeps_the_subscription(subscribed: str, google: GoogleHub, rows: Any) -> None:
    """A 404 would have it archived, and no push would ever come again."""
    ends = "SELECT state, expires_at, due_at FROM leases"
    before = rows(ends)

    assert google.verify_again() == [200]
    assert len(google.subscribers) == 1
    assert rows(ends) == before


def test_a_callback_that_somebody_else_subscribes_is_not_given_away(
    subscribed: str, google: GoogleHub, rows: Any, samples: Path
) -> None:
    """With a secret of theirs, each true push would fail its signature from then on."""
    stolen = {"hub.mode": "subscribe", "hub.callback": subscribed, "hub.topic": TOPIC, "hub.secret": "theirs" * 8}

    assert google.subscribe(stolen) == Order(202)
    assert google.subscribe(stolen | {"hub.verify_token": "guess"}) == Order(202)
    assert google.subscribe(stolen | {"hub.mode": "unsubscribe"}) == Order(202)

    google.publish(TOPIC, upload(samples))
    assert rows(POSTS) == [("VIDEOID0011", "pending")]


def test_an_unsubscribed_channel_is_gone_for_good(
    subscribed: str, run: Run, google: GoogleHub, samples: Path, postgresql: psycopg.Connection[Any]
) -> None:
    postgresql.execute("UPDATE subscriptions SET removed_at = now()")
    postgresql.commit()

    assert run() == Renewed(ended=1, accepted=1)
    assert google.publish(TOPIC, upload(samples)) == {}


def test_a_hub_that_is_busy_when_a_lease_has_to_be_renewed_costs_no_push(
    subscribed: str, run: Run, google: GoogleHub, rows: Any, samples: Path, postgresql: psycopg.Connection[Any]
) -> None:
    def due() -> None:
        postgresql.execute(
            "UPDATE leases SET due_at = now(), requested_at = now() - interval '6 days', "
            "verified_at = now() - interval '6 days', expires_at = now() + interval '4 days'"
        )
        postgresql.execute("UPDATE hubs SET not_before = now()")
        postgresql.commit()

    google.be_busy(3, retry_after="120")
    for _ in range(3):
        due()
        assert run().quiet_until is not None
    google.publish(TOPIC, upload(samples))
    due()

    assert run() == Renewed(accepted=1)
    assert rows("SELECT state, expires_at > now() + interval '9 days' FROM leases") == [("active", True)]
    assert rows(POSTS) == [("VIDEOID0011", "pending")]
