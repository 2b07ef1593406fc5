"""What is queued is posted once: whatever Reddit answers, whoever is killed, and however late its listing is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from pipeline.rehearsal.reddit import Reddit as StandIn
from pipeline.rehearsal.reddit_troubles import Trouble
from tests.yt_pubsub_handler.conftest import RoundTrips
from tests.yt_pubsub_handler.posting.conftest import LATENESS, Deliver, Pass, Queue
from yt_pubsub_handler.destinations.console import Console
from yt_pubsub_handler.destinations.interface import Destination, Found, Outcome, Posted
from yt_pubsub_handler.posting import claims, delivering
from yt_pubsub_handler.posting.delivering import Delivery, deliver

Rows = Callable[[str], list[tuple[Any, ...]]]
MINUTE = timedelta(minutes=1)
STATES = "SELECT state, reason FROM posts ORDER BY id"


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


@pytest.mark.parametrize(
    "trouble", [Trouble.CREATED_500, Trouble.CREATED_STALLS, Trouble.CREATED_HANGS_UP, Trouble.CREATED_BAD_JSON]
)
def test_what_stands_there_is_found_and_not_sent_again(
    trouble: Trouble, drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(trouble)

    assert drain() == Delivery(unknown=1)
    assert drain() == Delivery()
    pass_time(MINUTE)
    assert drain() == Delivery(posted=1)
    assert rows("SELECT state, external_id FROM posts") == [("posted", there.submissions[0].id)]
    assert len(there.happened) == 1


def test_what_is_not_there_is_sent_again_only_when_it_cannot_turn_up_any_more(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.FAILS_500)
    drain()

    pass_time(LATENESS - 10 * timedelta(seconds=1))
    assert drain() == Delivery(unknown=1)
    assert rows(STATES) == [("unknown", "looked for, and not there yet")]
    pass_time(timedelta(seconds=11))

    assert drain() == Delivery(posted=1)
    assert (len(there.happened), len(there.submissions)) == (2, 1)


def test_what_was_never_found_after_two_tries_is_a_persons(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.FAILS_500, Trouble.FAILS_500)
    for _ in range(4):
        drain()
        pass_time(2 * LATENESS)

    assert rows("SELECT state, attempts, asks_since IS NULL, reason FROM posts") == [
        ("unknown", 2, False, "sent twice, and never found: look there, and decide")
    ]
    assert (drain(), len(there.happened)) == (Delivery(), 2)


def test_a_listing_that_fails_proves_nothing(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.CREATED_500)
    drain()
    pass_time(2 * LATENESS)
    there.order_listing(500, 500, 500)

    assert drain() == Delivery(unknown=1)
    assert rows(STATES) == [("unknown", "our submissions cannot be listed: HTTP 500")]
    pass_time(LATENESS)
    assert (drain(), len(there.happened)) == (Delivery(posted=1), 1)


def test_what_nobody_could_look_for_in_a_day_is_a_persons(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.CREATED_500)
    drain()
    pass_time(timedelta(hours=25))
    there.order_listing(500, 500, 500)

    assert drain() == Delivery(unknown=1)
    assert rows("SELECT asks_since IS NULL FROM posts") == [(False,)]
    assert (drain(), len(there.happened)) == (Delivery(), 1)


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


def test_a_limit_that_came_with_a_post_does_not_make_a_second_one(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass
) -> None:
    queue()
    there.order(Trouble.CREATED_RATELIMIT)
    drain()
    pass_time(10 * MINUTE)

    assert drain() == Delivery(posted=1)
    assert len(there.happened) == 1


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


def test_a_repetition_of_our_own_is_a_success(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.manners.refuses_repetitions = True
    there.order(Trouble.CREATED_RATELIMIT)
    there.manners.lag = (3600, 3600)
    drain()
    pass_time(10 * MINUTE)
    assert drain() == Delivery(unknown=1)

    there.submissions[:] = [one.__class__(**(vars(one) | {"listed_at": 0})) for one in there.submissions]
    pass_time(MINUTE)

    assert drain() == Delivery(posted=1)
    assert len(there.submissions) == 1


def test_a_repetition_of_somebody_elses_fails_in_the_end(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue("aww")
    there.order(Trouble.ALREADY_SUB, Trouble.ALREADY_SUB)

    assert drain() == Delivery(unknown=1)
    pass_time(2 * LATENESS)

    assert drain() == Delivery(failed=1)
    assert rows(STATES)[0][1].startswith("r/aww has this link already, and not from us")


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


class Watching:
    """A destination that does something of the test's when something is sent to the one it stands before."""

    name, longest_title, lateness = "reddit", 300, LATENESS

    def __init__(self, behind: Destination, do: Callable[[], object]) -> None:
        self.behind, self.do = behind, do

    def submit(self, place: str, title: str, url: str) -> Outcome:
        outcome = self.behind.submit(place, title, url)
        self.do()
        return outcome

    def find(self, place: str, url: str, since: datetime) -> Found | None:
        return self.behind.find(place, url, since)

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("UPDATE videos SET removed_at = now()", ("skipped", "the video was taken back")),
        ("UPDATE subscriptions SET removed_at = now()", ("skipped", "the subscription was removed")),
        ("INSERT INTO pauses VALUES ('reddit', 'place2', now() + interval '1 hour', '')", ("pending", None)),
        ("INSERT INTO pauses VALUES ('reddit', '', now() + interval '1 hour', '')", ("pending", None)),
        ("UPDATE posts SET claimed_until = now() WHERE state = 'claimed'", ("posted", None)),
    ],
)
def test_what_is_claimed_is_judged_again_when_its_turn_comes(
    change: str,
    state: tuple[str, str | None],
    app: Flask,
    reddit: Destination,
    queue: Queue,
    postgresql: Any,
    rows: Rows,
) -> None:
    """Twenty are claimed at once, and a tombstone may come while the first of them are sent."""
    queue()
    queue()
    changes = iter([change])

    def change_once() -> None:
        for statement in changes:
            postgresql.execute(statement)
            postgresql.commit()

    deliver(app, 60, destinations={"reddit": Watching(reddit, change_once)}, attempt=1)
    if state == ("posted", None):
        deliver(app, 60, destinations={"reddit": reddit}, attempt=1)

    assert rows(STATES)[1] == state


def test_whoever_lost_the_claim_does_not_say_how_it_ended(
    app: Flask, reddit: Destination, queue: Queue, postgresql: Any, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    queue()

    def take_it_away() -> None:
        postgresql.execute("UPDATE posts SET claim = gen_random_uuid(), claimed_until = now() + interval '1 hour'")
        postgresql.commit()

    assert deliver(app, 60, destinations={"reddit": Watching(reddit, take_it_away)}, attempt=1) == Delivery()
    assert rows("SELECT state, posted_at FROM posts") == [("claimed", None)]
    assert "post 1 is no longer ours" in caplog.text


def cut_off(postgresql: psycopg.Connection[Any]) -> None:
    with postgresql.transaction():
        postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_how_it_ended_is_said_when_the_database_is_back(
    app: Flask, reddit: Destination, queue: Queue, postgresql: psycopg.Connection[Any], rows: Rows
) -> None:
    """Only the drain knows it: Reddit could be asked, and a webhook could not."""
    queue()
    queue()

    done = deliver(app, 60, destinations={"reddit": Watching(reddit, lambda: cut_off(postgresql))}, attempt=1)

    assert done == Delivery(posted=2)
    assert rows("SELECT DISTINCT state FROM posts") == [("posted",)]


def test_an_answer_of_the_database_that_is_lost_costs_no_post_and_counts_no_attempt(
    drain: Deliver,
    queue: Queue,
    there: StandIn,
    rows: Rows,
    postgresql: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it did then is not known: it is said again, and changes nothing."""
    for _ in range(3):
        queue()
    commit = claims.finish_and_send

    def commit_and_lose(*words: Any) -> Any:
        monkeypatch.setattr(claims, "finish_and_send", commit)
        commit(*words)
        cut_off(postgresql)
        return commit(*words)

    monkeypatch.setattr(claims, "finish_and_send", commit_and_lose)
    drain()

    assert [one.subreddit for one in there.submissions] == ["place1", "place2", "place3"]
    assert rows("SELECT state, attempts FROM posts ORDER BY id") == [("posted", 1)] * 3


def test_each_post_costs_one_round_trip_to_the_database(drain: Deliver, queue: Queue, round_trips: RoundTrips) -> None:
    def spent(many: int) -> int:
        for _ in range(many):
            queue()
        with round_trips() as sent:
            assert drain() == Delivery(posted=many)
        return len(sent)

    assert spent(12) - spent(2) == 10


def test_a_database_that_stays_away_ends_the_drain_as_what_it_is(
    app: Flask, reddit: Destination, queue: Queue, postgresql: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else goes wrong on the way out must not hide it."""
    queue()
    monkeypatch.setattr(delivering, "_KEEP_SAYING", 1.0)
    name = postgresql.info.dbname

    def leave() -> None:
        with psycopg.connect(
            postgresql.info.dsn, password=postgresql.info.password, dbname="postgres", autocommit=True
        ) as there:
            there.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        cut_off(postgresql)

    with pytest.raises(OperationalError):
        deliver(app, 60, destinations={"reddit": Watching(reddit, leave)}, attempt=1)


class Killed(BaseException):
    """Ends a drain wherever it is, as far as an exception can."""


def test_a_drain_that_died_before_sending_leaves_it_pending_and_after_it_unknown(
    app: Flask,
    reddit: Destination,
    drain: Deliver,
    queue: Queue,
    there: StandIn,
    pass_time: Pass,
    rows: Rows,
    postgresql: Any,
) -> None:
    queue()
    queue()

    def die() -> None:
        # Its release must not run: a process that is killed says nothing.
        postgresql.execute("UPDATE posts SET claim = gen_random_uuid()")
        postgresql.commit()
        raise Killed

    with pytest.raises(Killed):
        deliver(app, 60, destinations={"reddit": Watching(reddit, die)}, attempt=1)
    assert rows(STATES) == [("claimed", None), ("claimed", None)]
    assert drain() == Delivery()
    pass_time(3 * MINUTE)

    assert drain() == Delivery(posted=2)
    assert len(there.happened) == 2


def test_a_drain_that_runs_out_of_time_gives_back_what_it_has_not_sent(
    app: Flask, reddit: Destination, queue: Queue, rows: Rows
) -> None:
    for _ in range(3):
        queue()

    assert deliver(
        app, 0.9, destinations={"reddit": Watching(reddit, lambda: time.sleep(0.5))}, attempt=0.5
    ) == Delivery(posted=1)
    assert rows("SELECT state, claim IS NULL FROM posts ORDER BY id") == [
        ("posted", True), ("pending", True), ("pending", True)
    ]  # fmt: skip


def test_many_drains_at_once_post_each_once(app: Flask, queue: Queue, rows: Rows) -> None:
    sent: list[str] = []

    class Counting(Console):
        def submit(self, place: str, title: str, url: str) -> Outcome:  # noqa: ARG002 - the interface's.
            sent.append(url)
            return Posted(url, None)

    for _ in range(120):
        queue()

    drains = [
        Thread(target=deliver, args=(app, 60), kwargs={"destinations": {"reddit": Counting()}, "attempt": 1})
        for _ in range(4)
    ]
    for thread in drains:
        thread.start()
    for thread in drains:
        thread.join()

    assert (len(sent), len(set(sent))) == (120, 120)
    assert rows("SELECT DISTINCT state FROM posts") == [("posted",)]


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


def test_what_cannot_be_looked_for_is_a_persons_at_once(
    app: Flask, queue: Queue, rows: Rows, postgresql: psycopg.Connection[Any]
) -> None:
    queue(None, target="x", destination="console")
    postgresql.execute("UPDATE posts SET state = 'unknown', attempts = 1, sent_at = %s", (datetime.now(UTC),))
    postgresql.commit()

    assert deliver(app, 60, attempt=1) == Delivery(unknown=1)
    assert rows("SELECT asks_since IS NULL, reason FROM posts") == [
        (False, "nobody saw how it ended, and what was printed cannot be read back: look there, and decide")
    ]
