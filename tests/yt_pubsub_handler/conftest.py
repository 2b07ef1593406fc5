"""Looking into the app's database from outside the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def rows(postgresql: psycopg.Connection[Any]) -> Rows:
    """Return a function that asks the test's database, always for what is committed now."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        with postgresql.transaction():
            return postgresql.execute(query.encode()).fetchall()

    return ask
