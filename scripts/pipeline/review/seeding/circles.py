"""
Keys that go round in a circle are closed at the end, when every table of the circle has rows.

A key that may not be NULL points nowhere until then. A deferrable one the server checks later; from any other it has to
look away (session_replication_role), which takes a superuser, and a row that is still an orphan in the end is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pipeline.review.seeding.catalog import Connection, ForeignKey, Table
from pipeline.review.seeding.keys import NUMBER, KeyRing, Parents
from pipeline.review.seeding.order import Turn
from pipeline.review.seeding.spelling import name

_NUMBER, _PLACE, _PART = (name(f"#{what}") for what in ("number", "place", "part"))
_FAILURES = 60
"""Batches of an UPDATE that may fail before the rest stays as it is."""


class Circle:
    def __init__(self, connection: Connection, keys: KeyRing, tables: dict[int, Table]) -> None:
        self._connection = connection
        self._keys = keys
        self._tables = tables

    @contextmanager
    def blind(self, turn: Turn) -> Iterator[None]:
        """Keep the server from checking the keys of this turn that point nowhere yet."""
        if not turn.blind:
            yield
        elif all(key.deferrable for key in turn.blind):
            self._connection.execute(f"SET CONSTRAINTS {', '.join(key.name for key in turn.blind)} DEFERRED")
            yield
        else:
            with self._looking_away():
                yield

    def close(self, turn: Turn) -> str | None:
        """Give the keys of this turn parents; returns what the server said against it."""
        said = None
        for key in (*turn.blind, *turn.waiting):
            said = self._close(turn.table, key, key in turn.blind) or said
        if not turn.blind:
            return said
        for key in turn.blind:
            self._delete_orphans(turn.table, key)
        if all(key.deferrable for key in turn.blind):
            self._connection.execute(f"SET CONSTRAINTS {', '.join(key.name for key in turn.blind)} IMMEDIATE")
        return said

    @contextmanager
    def _looking_away(self) -> Iterator[None]:
        try:
            with self._connection.transaction():
                self._connection.execute("SET LOCAL session_replication_role = replica")
                allowed = True
        except psycopg.errors.InsufficientPrivilege:
            allowed = False  # The INSERT then says which key stands in its way.
        yield
        if allowed:
            self._connection.execute("SET LOCAL session_replication_role = origin")

    def _close(self, table: Table, key: ForeignKey, blind: bool) -> str | None:
        others = {column for other in table.keys if other != key for column in other.columns}
        shared = tuple(column for column in key.columns if column in others or column in table.primary)
        free = [column for column in key.columns if column not in shared]
        parents = self._keys.parents(key, shared if free else (), "p", fresh=True)
        if parents is None or not parents.rows:
            return None
        row = self._connection.execute(f"SELECT count(*) FROM {table.own_rows}").fetchone()
        return self._update(table, parents, free or list(key.columns), blind, 1, row[0] if row else 0, [0])

    def _update(  # noqa: PLR0917 - what is updated, and which part of it.
        self, table: Table, parents: Parents, free: list[str], blind: bool, first: int, last: int, failed: list[int]
    ) -> str | None:
        """Update the rows from `first` to `last`, and where one of them is objected to, each half of them."""
        if first > last or failed[0] > _FAILURES:
            return None
        try:
            with self._connection.transaction():
                self._connection.execute(_closing(table, parents, free, blind, first, last))
        except psycopg.Error as error:
            failed[0] += 1
            if first < last:
                middle = (first + last) // 2
                halves = ((first, middle), (middle + 1, last))
                for one in halves:
                    self._update(table, parents, free, blind, *one, failed)
            return error.diag.message_primary or str(error)
        return None

    def _delete_orphans(self, table: Table, key: ForeignKey) -> None:
        self._connection.execute(f"DELETE FROM {table.own_rows} AS c WHERE {_orphan(key, self._tables[key.parent])}")


def _closing(  # noqa: PLR0917 - as _update.
    table: Table, parents: Parents, free: list[str], blind: bool, first: int, last: int
) -> str:
    key = parents.key
    alone = len(key.columns) == 1 and table.column(key.columns[0]).alone
    pick = f"(r.{_NUMBER} - 1)" if alone else f"(hashint8extended(r.{_NUMBER}, 3) & 9223372036854775807)"
    listed = ", ".join(
        f"{parents.column(one.name) if one.name in free else f'r.{name(one.name)}'} AS {name(one.name)}"
        for one in table.columns
    )
    ordered = ", ".join(name(column) for column in table.primary) or "ctid"
    open_ = " OR ".join(f"r.{name(column)} IS NULL" for column in free)
    # Every second row keeps its NULL; a row that points nowhere cannot.
    which = "true" if blind else f"({open_}) AND r.{_NUMBER} % 2 = 0"
    checks = [f"({one.sql}) IS NOT FALSE" for one in table.checks if one.columns & set(free)]
    placed = f"ctid AS {_PLACE}, tableoid AS {_PART}, row_number() OVER (ORDER BY {ordered}) AS {_NUMBER}"
    numbered = f"SELECT *, {placed} FROM {table.own_rows}"
    rows = (
        f"SELECT r.{_PLACE}, r.{_PART}, {listed} FROM ({numbered}) AS r "
        f"{parents.joins(pick, {one: f'r.{name(one)}' for one in parents.shared})} "
        f"WHERE {parents.alias}.{NUMBER} IS NOT NULL AND r.{_NUMBER} BETWEEN {first} AND {last} AND {which}"
    )
    sets = ", ".join(f"{name(column)} = c.{name(column)}" for column in free)
    return (
        f"UPDATE {table.own_rows} AS t SET {sets} FROM (SELECT * FROM ({rows}) AS {name(table.name)}"
        f"{' WHERE ' + ' AND '.join(checks) if checks else ''}) AS c "
        f"WHERE t.ctid = c.{_PLACE} AND t.tableoid = c.{_PART}"
    )


def _orphan(key: ForeignKey, parent: Table) -> str:
    pairs = list(zip(key.columns, key.parent_columns, strict=True))
    given = " AND ".join(f"c.{name(ours)} IS NOT NULL" for ours, _ in pairs)
    equal = " AND ".join(f"p.{name(theirs)} = c.{name(ours)}" for ours, theirs in pairs)
    return f"{given} AND NOT EXISTS (SELECT FROM {parent.own_rows} AS p WHERE {equal})"
