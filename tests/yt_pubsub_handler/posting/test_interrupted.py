"""Whoever is killed, cut off, late or not alone loses no post and makes none twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from pipeline.rehearsal.reddit import Reddit as StandIn
from tests.yt_pubsub_handler.conftest import RoundTrips, Rows
from tests.yt_pubsub_handler.posting.conftest import LATENESS, STATES, Deliver, Pass, Queue
from yt_pubsub_handler.destinations.console import Console
from yt_pubsub_handler.destinations.interface import Destination, Found, Outcome, Posted
from yt_pubsub_handler.posting import claims, delivering
from yt_pubsub_handler.posting.delivering import Delivery, deliver

MINUTE = timedelta(minutes=1)


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

    spent(2)  # The server plans what is sent with each post.
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
