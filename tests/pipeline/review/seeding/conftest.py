"""Databases with a schema of the test's own, and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from pipeline.review.running.databases import Databases, databases_on, plain
from pipeline.review.seeding.database import Seeded, seed

EVERYTHING = (Path(__file__).parent / "schema.sql").read_text()


class Scratch:
    """A database with one schema in it."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def run(self, sql: str) -> None:
        with psycopg.connect(plain(self.url)) as connection:
            connection.execute(sql)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(plain(self.url)) as connection:
            return connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        return self.rows(query)[0][0]


@pytest.fixture
def scratch(empty_database_url: str) -> Callable[[str], Scratch]:
    """Return a function that runs a schema's SQL in an empty database."""

    def make(ddl: str) -> Scratch:
        made = Scratch(make_url(empty_database_url))
        made.run(ddl)
        return made

    return make


@pytest.fixture(scope="module")
def databases(server_url: str) -> Iterator[Databases]:
    """Yield databases for a module on the server of the tests."""
    with databases_on(server_url) as made:
        yield made


@pytest.fixture(scope="module")
def everything(databases: Databases) -> tuple[Scratch, tuple[Seeded, ...]]:
    """Return a database with all that schema.sql asks for, 120 rows a table, and what was said of it."""
    made = Scratch(databases.empty())
    made.run(EVERYTHING)
    return made, seed(made.url, 120)
