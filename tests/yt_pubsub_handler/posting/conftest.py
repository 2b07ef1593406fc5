"""Posts that are due, and a Reddit to send them to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from pipeline.rehearsal.reddit import Reddit as StandIn
from pipeline.rehearsal.reddit_troubles import Manners
from yt_pubsub_handler.destinations.interface import Destination
from yt_pubsub_handler.destinations.reddit import Reddit
from yt_pubsub_handler.posting.delivering import Delivery, deliver
from yt_pubsub_handler.settings import Settings

CHANNEL = "UC" + "x" * 22
LATENESS = timedelta(minutes=5)
STATES = "SELECT state, reason FROM posts ORDER BY id"
LOCAL = {"DATABASE_URL": "postgresql://h/d", "SECRET_KEY": "s", "PUBLIC_URL": "https://app.example"}

Queue = Callable[..., int]
Deliver = Callable[[], Delivery]
Pass = Callable[[timedelta], None]


@pytest.fixture
def there() -> Iterator[StandIn]:
    """Yield Reddit itself."""
    there = StandIn(Manners(stall=1.0))
    yield there
    there.close()


@pytest.fixture
def reddit(there: StandIn) -> Iterator[Destination]:
    settings = Settings.from_values(LOCAL | there.settings(), "the test")
    reddit = Reddit(settings, timeout=0.4, lateness=LATENESS)
    yield reddit
    reddit.close()


@pytest.fixture
def queue(postgresql: psycopg.Connection[Any]) -> Queue:
    """Return a function that queues a post of a new video, with a link of its own, and returns its number."""
    numbers = iter(range(1, 1000))

    def put(subreddit: str | None = None, *, title: str = "A title", **link: Any) -> int:
        number = next(numbers)
        subreddit = subreddit or (None if "target" in link else f"place{number}")
        values = {"channel_id": CHANNEL, "subreddit": subreddit, **link}
        with postgresql.transaction():
            found = postgresql.execute(
                "SELECT id FROM subscriptions WHERE channel_id = %s AND subreddit = %s", (CHANNEL, subreddit)
            ).fetchone()
            if found is None:
                names = ", ".join(values)
                command = f"INSERT INTO subscriptions ({names}) VALUES ({', '.join(['%s'] * len(values))}) RETURNING id"  # noqa: S608 - names of columns, written in the tests.
                found = postgresql.execute(command.encode(), list(values.values())).fetchone()
            assert found is not None
            postgresql.execute(
                "INSERT INTO videos (video_id, channel_id, title, author, published_at, updated_at) "
                "VALUES (%s, %s, %s, 'Ann', now(), now())",
                (f"VIDEOID{number:04}", CHANNEL, title),
            )
            row = postgresql.execute(
                "INSERT INTO posts (video_id, subscription_id) VALUES (%s, %s) RETURNING id",
                (f"VIDEOID{number:04}", found[0]),
            ).fetchone()
            assert row is not None
            return int(row[0])

    return put


@pytest.fixture
def drain(app: Flask, reddit: Destination) -> Deliver:
    """Return a function that delivers what is due."""
    return lambda: deliver(app, 60, destinations={"reddit": reddit}, attempt=1)


@pytest.fixture
def pass_time(postgresql: psycopg.Connection[Any]) -> Pass:
    """Return a function that makes everything the database remembers older."""

    def older(by: timedelta) -> None:
        with postgresql.transaction():
            postgresql.execute(
                "UPDATE posts SET due_at = due_at - %(by)s, sent_at = sent_at - %(by)s, "
                "created_at = created_at - %(by)s, "
                "claimed_until = claimed_until - %(by)s",
                {"by": by},
            )
            postgresql.execute("UPDATE pauses SET not_before = not_before - %s", (by,))

    return older
