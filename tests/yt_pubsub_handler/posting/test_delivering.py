"""What is queued is posted once, or its reason is kept."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import Reddit as StandIn
from pipeline.rehearsal.reddit_troubles import Trouble
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.posting.conftest import LATENESS, STATES, Deliver, Pass, Queue
from yt_pubsub_handler.destinations.console import Console
from yt_pubsub_handler.destinations.interface import Found, Outcome
from yt_pubsub_handler.posting.delivering import Delivery, deliver

MINUTE = timedelta(minutes=1)


def test_a_post_is_made_and_remembered(drain: Deliver, queue: Queue, there: StandIn, rows: Rows) -> None:
    queue("Aww", title_template="{author}: {title}")

    assert drain() == Delivery(posted=1)
    assert drain() == Delivery()
    [made] = there.submissions
    assert (made.subreddit, made.title, made.url) == (
        "aww",
        "Ann: A title",
        "https://www.youtube.com/watch?v=VIDEOID0001",
    )
    assert rows(
        "SELECT state, attempts, claim, claimed_until, sent_at <= posted_at, external_id, url, reason FROM posts"
    ) == [("posted", 1, None, None, True, made.id, f"{there.url}/comments/{made.id}", None)]


def test_more_than_one_claim_holds_is_drained_in_order(drain: Deliver, queue: Queue, there: StandIn) -> None:
    for _ in range(45):
        queue()

    assert drain() == Delivery(posted=45)
    assert [one.subreddit for one in there.submissions] == [f"place{number}" for number in range(1, 46)]


def test_a_places_limit_holds_up_this_place_alone(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    there.manners.wait = "9 minutes"
    for place in ("slow", "slow", "quick"):
        queue(place)
    there.order(Trouble.RATELIMIT)

    assert drain() == Delivery(posted=1, unknown=1, waiting=1)
    assert rows("SELECT destination, target FROM pauses") == [("reddit", "slow")]
    assert [one.subreddit for one in there.submissions] == ["quick"]
    pass_time(8 * MINUTE)
    assert drain() == Delivery()
    pass_time(2 * MINUTE)
    assert drain() == Delivery(posted=2)
    assert [one.subreddit for one in there.submissions] == ["quick", "slow", "slow"]


def test_limits_are_no_attempts_however_many_there_are(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass
) -> None:
    queue()
    there.order(*[Trouble.RATELIMIT] * 4)
    for _ in range(4):
        assert drain() == Delivery(unknown=1)
        pass_time(10 * MINUTE)

    assert drain() == Delivery(posted=1)


def test_too_many_requests_hold_up_everything(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    there.manners.retry_after = "60"
    for _ in range(30):
        queue()
    there.order(Trouble.TOO_MANY)

    assert drain() == Delivery(waiting=20)
    assert (drain(), len(there.happened)) == (Delivery(), 1)
    assert rows("SELECT target, reason FROM pauses") == [("", "Reddit has too many requests of ours (HTTP 429)")]
    pass_time(MINUTE)
    assert drain() == Delivery(posted=30)


def test_the_reason_of_a_failure_is_kept(drain: Deliver, queue: Queue, there: StandIn, rows: Rows) -> None:
    queue("aww", created_by="ann")
    there.order(Trouble.NOT_ALLOWED)

    assert drain() == Delivery(failed=1)
    assert rows("SELECT state, reason, created_by FROM posts JOIN subscriptions s ON s.id = subscription_id") == [
        ("failed", "r/aww: SUBREDDIT_NOTALLOWED: you aren't allowed to post there.", "ann")
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE videos SET removed_at = now()", "the video was taken back"),
        ("UPDATE subscriptions SET paused_at = now()", "the subscription is paused"),
        ("UPDATE subscriptions SET removed_at = now()", "the subscription was removed"),
        ("UPDATE subscriptions SET exclude_words = '{TITLE}'", "its title has the word TITLE"),
    ],
)
def test_what_is_not_wanted_any_more_is_skipped(
    change: str, reason: str, drain: Deliver, queue: Queue, there: StandIn, postgresql: Any, rows: Rows
) -> None:
    queue()
    postgresql.execute(change)
    postgresql.commit()

    assert drain() == Delivery(skipped=1)
    assert (rows(STATES), there.happened) == ([("skipped", reason)], [])


def test_a_post_that_breaks_its_destination_does_not_stop_the_others(
    app: Flask, queue: Queue, pass_time: Pass, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Console):
        lateness = LATENESS

        def submit(self, place: str, title: str, url: str) -> Outcome:
            if place == "bad":
                raise RuntimeError("https://hooks.example/secret")
            return super().submit(place, title, url)

        def find(self, place: str, url: str, since: datetime) -> Found | None:  # noqa: ARG002 - as above.
            raise ZeroDivisionError

    broken = {"console": Broken()}
    queue(None, target="bad", destination="console")
    queue(None, target="good", destination="console")

    assert deliver(app, 60, destinations=dict(broken), attempt=1) == Delivery(posted=1, unknown=1)
    assert rows(STATES)[0] == ("unknown", "console broke on it: RuntimeError")
    pass_time(MINUTE)
    assert deliver(app, 60, destinations=dict(broken), attempt=1) == Delivery(unknown=1)
    assert rows(STATES)[0] == ("unknown", "console broke on looking for it: ZeroDivisionError")
    assert "secret" not in caplog.text


def test_a_destination_nobody_has_configured_waits_and_says_what_is_missing(
    app: Flask, queue: Queue, rows: Rows
) -> None:
    queue()
    queue()

    assert deliver(app, 60, attempt=1) == Delivery(waiting=2)
    assert rows(STATES) == [("pending", None), ("pending", None)]
    [(target, reason)] = rows("SELECT target, reason FROM pauses")
    assert (target, "REDDIT_REFRESH_TOKEN" in reason) == ("", True)


def test_a_destination_there_is_none_of_fails(app: Flask, queue: Queue, rows: Rows) -> None:
    queue(None, target="x", destination="myspace")

    assert deliver(app, 60, attempt=1) == Delivery(failed=1)
    assert rows(STATES) == [("failed", "There is no destination 'myspace': choose one of console, discord, reddit.")]


def test_a_post_is_one_line_of_the_log_without_its_target(
    app: Flask, queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "yt_pubsub_handler")
    queue(None, target="https://hooks.example/secret", destination="console")

    deliver(app, 60, attempt=1)

    assert ["post 1 of video VIDEOID0001 is posted" in line for line in caplog.messages] == [True]
    assert "secret" not in caplog.text
