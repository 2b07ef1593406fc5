"""
Rows for every table of a scratch database, so that a revision meets in it what it will meet in production.

The same call on the same schema makes the same rows. A table that cannot be filled is told, with the server's words,
and holds nobody up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.running.databases import plain as for_psycopg
from pipeline.review.seeding.catalog import Connection, read_tables
from pipeline.review.seeding.choosing import Chooser
from pipeline.review.seeding.circles import Circle
from pipeline.review.seeding.filling import Filled, Filler, count, number_on
from pipeline.review.seeding.keys import KeyRing, look_alikes
from pipeline.review.seeding.order import Turn, in_order
from pipeline.review.seeding.planning import planner

_SETTINGS = """
SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET standard_conforming_strings = on;
SET lc_monetary = 'C'; SET xmloption = 'content'; SET extra_float_digits = 1; SET bytea_output = 'hex';
SET row_security = off; SET default_statistics_target = 10;
SET statement_timeout = '60s'; SET jit = off; SET client_min_messages = 'error';
"""


@dataclass(frozen=True)
class Seeded:
    """How many rows a table has, and why there are not as many as were wanted, or not as wanted."""

    table: str
    rows: int
    wanted: int
    why: str | None = None


def seed(url: URL, rows: int, *, seed: int = 1, plain: bool = False, skip: Collection[str] = ()) -> tuple[Seeded, ...]:
    """
    Fill every table up to `rows` rows; one that has as many is left as it is.

    `plain` leaves out what Python cannot read (infinity, years before 1 and after 9999), `skip` tables, as
    `schema.name`. Raises CouldNotAnswer where the database cannot be reached.
    """
    with _session(url) as connection:
        return _Seeding(connection, seed, plain, skip).run({}, rows)


def renew_columns(
    url: URL, more: int, *, seed: int = 2, plain: bool = False, skip: Collection[str] = (),
    only: Collection[str] | None = None,
) -> tuple[Seeded, ...]:  # fmt: skip
    """
    Write `more` rows into every table, so that its new columns and labels, and what it allows by now, are used.

    With `only` into these alone (schema.name), unless there are some among them that have no rows of their own.
    """
    with _session(url) as connection:
        seeding = _Seeding(connection, seed, plain, skip)
        all_of_them = {table.label for table in seeding.tables}
        chosen = all_of_them if only is None or not all_of_them.issuperset(only) else only
        return seeding.run({table.oid: more for table in seeding.tables if table.label in chosen}, 0)


@contextmanager
def _session(url: URL) -> Iterator[Connection]:
    try:
        with psycopg.connect(for_psycopg(url), connect_timeout=10, prepare_threshold=None) as connection:
            connection.execute(_SETTINGS)
            yield connection
            connection.commit()
    except psycopg.Error as error:
        raise CouldNotAnswer(
            f"The database {url.database} could not be seeded ({str(error).strip()}): see that its server runs and "
            "that the user of the URL owns its tables."
        ) from error


class _Seeding:
    def __init__(self, connection: Connection, seed: int, plain: bool, skip: Collection[str]) -> None:
        self._connection = connection
        self._seed = seed
        self.tables = read_tables(connection, skip)
        self._by_oid = {table.oid: table for table in self.tables}
        self._chooser = Chooser(connection, plain)
        self._keys = KeyRing(connection, self._by_oid)
        self._filler = Filler(connection)

    def run(self, more: dict[int, int], rows: int) -> tuple[Seeded, ...]:
        """Fill each table up to `rows`, or by as many as `more` says of it."""
        self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        had = {table.oid: count(self._connection, table) for table in self.tables}
        wanted = {oid: there + more[oid] if oid in more else rows for oid, there in had.items()}
        liked = {
            table.oid: {key.parent for key in look_alikes(table, self._by_oid)} - {table.oid} for table in self.tables
        }
        turns = in_order(self.tables, liked)
        circle = Circle(self._connection, self._keys, self._by_oid)
        filled: dict[int, Filled] = {}
        for turn in turns:
            oid = turn.table.oid
            filled[oid] = self._fill(turn, had[oid], wanted[oid], circle)
        for turn in turns:
            if had[turn.table.oid] < wanted[turn.table.oid] and (why := circle.close(turn)):
                filled[turn.table.oid] = Filled(filled[turn.table.oid].rows, why)
        seeded = []
        for table in self.tables:
            there = count(self._connection, table)
            seeded.append(Seeded(table.label, there, wanted[table.oid], filled[table.oid].why))
        self._connection.commit()
        for table, one in zip(self.tables, seeded, strict=True):
            if one.rows > had[table.oid]:
                self._connection.execute(f"ANALYZE {table.sql}")
        return tuple(seeded)

    def _fill(self, turn: Turn, had: int, wanted: int, circle: Circle) -> Filled:
        if had >= wanted:
            return Filled(had, None)
        table = turn.table
        number_on(self._connection, table)
        missing = wanted - had
        to_itself = any(key.parent == table.oid for key in table.keys)
        first_batch = max(missing // 8, 1) if to_itself and not had else missing
        plan = planner(self._chooser, self._keys, self._by_oid, turn, wanted, self._seed)
        with circle.blind(turn):
            filled = self._filler.fill(table, wanted, had, plan, first_batch)
        number_on(self._connection, table)
        self._keys.forget(table)
        return filled
