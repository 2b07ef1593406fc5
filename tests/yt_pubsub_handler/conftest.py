"""Looking into the app's database from outside the app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.yt_pubsub_handler.youtube import YouTube, standing_in
from yt_pubsub_handler.database import db

Rows = Callable[[str], list[tuple[Any, ...]]]
RoundTrips = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def rows(postgresql: psycopg.Connection[Any]) -> Rows:
    """Return a function that asks the test's database, always for what is committed now."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        with postgresql.transaction():
            return postgresql.execute(query.encode()).fetchall()

    return ask


@pytest.fixture
def round_trips(app: Flask, tmp_path: Path) -> RoundTrips:
    """
    Return a context manager whose list tells, after it, what the app's one connection sent and waited for.

    It is libpq's own trace: a statement is a "Parse" or a "Query", and each "Query" or "Sync" is waited for.
    """

    @contextmanager
    def listen() -> Iterator[list[str]]:
        sent: list[str] = []
        with app.app_context():
            with db.engine.connect() as connection:
                pgconn = connection.connection.driver_connection.pgconn  # type: ignore[union-attr] # It has one.
            with (tmp_path / "trace").open("wb") as trace:
                pgconn.trace(trace.fileno())
                yield sent
                pgconn.untrace()
        lines = [line.split("\t") for line in (tmp_path / "trace").read_text().splitlines()]
        # What has fewer fields is the rest of a statement of many lines.
        sent += [line[3] for line in lines if len(line) > 3 and line[1] == "F" and line[3] in ("Query", "Sync")]

    return listen


@pytest.fixture
def youtube() -> Iterator[YouTube]:
    """Yield a stand-in for YouTube's API and feeds."""
    with standing_in() as stand_in:
        yield stand_in
