"""
Fills one table, and says why where it could not: a batch at a time, and a batch that fails row by row.

Nothing that a table's triggers, indexes or checks object to ends the seeding. What is there is counted in the table:
a trigger may throw rows away that INSERT has reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import psycopg

from pipeline.review.seeding.candidates import Plan
from pipeline.review.seeding.catalog import Column, Connection, Table
from pipeline.review.seeding.spelling import name, text

_CANDIDATES = 60
"""How many candidates are tried for a row at most, and as many more to begin with."""
_HOPELESS = 6_000
"""So many in a row that give no row are enough."""
_SECONDS = 20.0
_COUNTED_OUT = 200
"""So few rows are inserted one by one rather than too many at once."""
_FRUITLESS = 400
"""Rows that may fail in a row, one by one, before the rest of a batch is left."""

# In one statement on the server: ten thousand round trips would take longer than the rows.
_ONE_BY_ONE = """
DO $seeding$
DECLARE
    failed int := 0;
    one int := 0;
    inserted int := 0;
    words text := '';
    began timestamptz := clock_timestamp();
BEGIN
    FOR number IN {first}::bigint .. {last}::bigint LOOP
        BEGIN
            {insert};
            GET DIAGNOSTICS one = ROW_COUNT;
            inserted := inserted + one;
            failed := 0;
        EXCEPTION WHEN OTHERS THEN
            failed := failed + 1;
            words := SQLERRM;
        END;
        EXIT WHEN failed >= {fruitless} OR inserted >= {most}
            OR clock_timestamp() > began + INTERVAL '{seconds} seconds';
    END LOOP;
    PERFORM set_config('seeding.words', words, false);
END
$seeding$
"""


@dataclass(frozen=True)
class Filled:
    rows: int
    why: str | None
    """Why there are not more, in the server's words."""


class Filler:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fill(self, table: Table, wanted: int, have: int, plan: Callable[[int, int], Plan], first_batch: int) -> Filled:
        """
        Insert until the table has `wanted` rows; `plan` makes the plan of a batch.

        `first_batch` is how many rows the first one has: few, where later ones are to refer to it.
        """
        rows = have
        start = number = self._start(table, have, plan(1, 1).columns)
        batch, budget = first_batch, _CANDIDATES * (wanted - have + 20)
        words, fruitless = "", 0
        until = time.monotonic() + _SECONDS
        while rows < wanted and budget > 0 and fruitless < _HOPELESS and time.monotonic() < until:
            size = min(batch, budget)
            making = plan(start, number)
            words = self._batch(making, number, number + size - 1, wanted - rows, until) or words
            before, rows = rows, count(self._connection, table)
            fruitless = 0 if rows > before else fruitless + size
            number, budget = number + size, budget - size
            batch = _next_batch(size, rows - before, wanted - rows)
        if rows >= wanted:
            return Filled(rows, None)
        return Filled(rows, words or self._objection(plan(start, number), number))

    def _start(self, table: Table, have: int, columns: Collection[Column]) -> int:
        """Return a number past those of the rows that are there: some were tried for each of them, and not taken."""
        start = 3 * have + 1
        for column in columns:
            if column.counted:
                query = f"SELECT greatest({start}, max({name(column.name)}) + 1) FROM {table.sql}"
                row = self._connection.execute(query).fetchone()
                start = row[0] if row else start
        return start

    def _batch(self, plan: Plan, first: int, last: int, most: int, until: float) -> str:
        """Insert at most `most` rows of these numbers; returns what the server said against them."""
        try:
            if self._together(plan, first, last, most):
                return ""
            words = ""
        except psycopg.Error as error:
            words = _words(error)
        return self._one_by_one(plan, first, last, most, until) or words

    def _together(self, plan: Plan, first: int, last: int, most: int) -> bool:
        """Insert in one statement; when more rows get in than are wanted, they are taken back and it was in vain."""
        # Only where no row can be in another's way is it known beforehand how many get in.
        limit = None if plan.table.unique else most
        while True:
            with self._connection.transaction() as kept:
                got = self._connection.execute(
                    plan.insert(f"generate_series({first}::bigint, {last}) i", limit)
                ).rowcount
                if got <= most:
                    return True
                raise psycopg.Rollback(kept)
            if most < _COUNTED_OUT:
                return False
            last = min(first + (last - first + 1) * most // got - 1, last - 1)

    def _one_by_one(self, plan: Plan, first: int, last: int, most: int, until: float) -> str:
        script = _ONE_BY_ONE.format(
            first=first, last=last, insert=plan.insert("(SELECT number AS i) AS one"), most=most, fruitless=_FRUITLESS,
            seconds=round(max(until - time.monotonic(), 1.0), 1),
        )  # fmt: skip
        try:
            with self._connection.transaction():
                self._connection.execute(script)
        except psycopg.Error as error:
            return _words(error)
        row = self._connection.execute("SELECT current_setting('seeding.words', true)").fetchone()
        return row[0] if row and row[0] else ""

    def _objection(self, plan: Plan, number: int) -> str:
        """Insert the next rows as an ordinary INSERT would, to hear what stands in their way, and take them back."""
        for parents in plan.parents:
            if not parents.rows and any(not plan.table.column(column).nullable for column in parents.key.columns):
                return f"no row is left that {', '.join(parents.key.columns)} could refer to ({parents.key.name})."
        for unguarded in range(number, number + 3):
            try:
                with self._connection.transaction(force_rollback=True):
                    self._connection.execute(
                        plan.insert(f"generate_series({unguarded}::bigint, {unguarded}) i", guarded=False)
                    )
            except psycopg.Error as error:
                return _words(error)
        return "the server took rows and kept none: look for a trigger or a rule that throws them away."


def count(connection: Connection, table: Table) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table.own_rows}").fetchone()
    return row[0] if row else 0


def number_on(connection: Connection, table: Table) -> None:
    """Set each sequence past the values of its column, so that the application's own INSERTs find free ones."""
    for column in table.columns:
        if column.sequence is None:
            continue
        connection.execute(
            f"SELECT setval({text(column.sequence)}, greatest(max({name(column.name)}), 1)) FROM {table.sql} "
            f"HAVING max({name(column.name)}) >= (SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END "
            f"FROM {column.sequence})"
        )


def _next_batch(size: int, gained: int, missing: int) -> int:
    """What was gained says how many candidates a row takes; where nothing was, four times as many are tried."""
    if missing <= 0:
        return 0
    if not gained:
        return size * 4
    return int(missing * min(size / gained, 50)) + 1


def _words(error: psycopg.Error) -> str:
    said = error.diag.message_primary or str(error).strip()
    detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
    return f"{said}{detail}"
