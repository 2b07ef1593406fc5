"""Looking into the app's database from outside the app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.yt_pubsub_handler.youtube import YouTube, standing_in

Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def rows(postgresql: psycopg.Connection[Any]) -> Rows:
    """Return a function that asks the test's database, always for what is committed now."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        with postgresql.transaction():
            return postgresql.execute(query.encode()).fetchall()

    return ask


@pytest.fixture
def youtube() -> Iterator[YouTube]:
    """Yield a stand-in for YouTube's API and feeds."""
    with standing_in() as stand_in:
        yield stand_in
