"""
Rows that refer to others take their keys from those that are there, numbered once per parent, in a temporary table.

Two keys that share a column (the tenant in both) have to agree on it: the second is then chosen among the parents that
have the first one's value.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.review.seeding.catalog import Connection, ForeignKey, Table
from pipeline.review.seeding.spelling import name

NUMBER = name("#n")
"""Like none of the child's columns, which stand beside it."""
_ROWS = name("#rows")


@dataclass(frozen=True)
class Parents:
    """A temporary table of a parent's keys: NUMBER counts them from 0 within equal values of `shared`."""

    key: ForeignKey
    shared: tuple[str, ...]
    keys: str
    counts: str
    rows: int
    alias: str

    def column(self, of_child: str) -> str:
        """The expression of what the chosen parent has for the child's column."""
        return f"{self.alias}.{name(of_child)}"

    def joins(self, pick: str, known: dict[str, str]) -> str:
        """Join the parent that the number `pick` leads to; `known` tells what shared columns are by then."""
        if not self.shared:
            return f"LEFT JOIN {self.keys} {self.alias} ON {self.alias}.{NUMBER} = {pick} % {max(self.rows, 1)}"
        equal = " AND ".join(f"{{0}}.{name(one)} = {known[one]}" for one in self.shared)
        counts = f"{self.alias}c"
        return (
            f"LEFT JOIN {self.counts} {counts} ON {equal.format(counts)} "
            f"LEFT JOIN {self.keys} {self.alias} ON {equal.format(self.alias)} "
            f"AND {self.alias}.{NUMBER} = {pick} % {counts}.{_ROWS}"
        )


class KeyRing:
    """Makes and keeps the temporary tables."""

    def __init__(self, connection: Connection, tables: dict[int, Table]) -> None:
        self._connection = connection
        self._tables = tables
        self._made: dict[tuple[object, ...], tuple[str, str, int]] = {}
        self._number = 0

    def forget(self, table: Table) -> None:
        """The table has other rows now."""
        self._made = {known: made for known, made in self._made.items() if known[0] != table.oid}

    def parents(
        self, key: ForeignKey, shared: tuple[str, ...], alias: str, fresh: bool, once: Table | None = None
    ) -> Parents | None:
        """
        Return the parents of `key` (`fresh`: as they are now), None for a parent that is not filled here.

        Without those that a row of the table `once` refers to already.
        """
        parent = self._tables.get(key.parent)
        if parent is None or len(key.parent_columns) != len(key.columns):
            return None
        known = (key.parent, key.parent_columns, key.columns, shared)
        if fresh or once or known not in self._made:
            self._made[known] = self._make(key, parent, shared, once)
        return Parents(key, shared, *self._made[known], alias)

    def _make(
        self, key: ForeignKey, parent: Table, shared: tuple[str, ...], once: Table | None
    ) -> tuple[str, str, int]:
        self._number += 1
        keys, counts = (f"pg_temp.seeding_{what}_{self._number}" for what in ("keys", "counts"))
        pairs = list(zip(key.columns, key.parent_columns, strict=True))
        listed = ", ".join(f"{name(theirs)} AS {name(ours)}" for ours, theirs in pairs)
        there = " AND ".join(f"{name(theirs)} IS NOT NULL" for _, theirs in pairs)
        if once:
            equal = " AND ".join(f"c.{name(ours)} = p.{name(theirs)}" for ours, theirs in pairs)
            there += f" AND NOT EXISTS (SELECT FROM {once.own_rows} AS c WHERE {equal})"
        ordered = ", ".join(name(theirs) for _, theirs in pairs)
        within = ", ".join(name(theirs) for ours, theirs in pairs if ours in shared)
        partition = f"PARTITION BY {within} " if within else ""
        execute = self._connection.execute
        execute(
            f"CREATE TEMP TABLE {keys.removeprefix('pg_temp.')} AS SELECT {listed}, "
            f"row_number() OVER ({partition}ORDER BY {ordered}) - 1 AS {NUMBER} "
            f"FROM {parent.own_rows} AS p WHERE {there}"
        )
        if shared:
            common = ", ".join(name(one) for one in shared)
            execute(
                f"CREATE TEMP TABLE {counts.removeprefix('pg_temp.')} AS "
                f"SELECT {common}, count(*) AS {_ROWS} FROM {keys} GROUP BY {common}"
            )
        execute(f"CREATE INDEX ON {keys} ({NUMBER})")
        execute(f"ANALYZE {keys}")
        row = execute(f"SELECT count(*) FROM {keys}").fetchone()
        return keys, counts, row[0] if row else 0


def look_alikes(table: Table, tables: dict[int, Table]) -> tuple[ForeignKey, ...]:
    """Return keys that nobody declared: `author_id` beside a table `authors` whose key has the same type."""
    declared = {column for key in table.keys for column in key.columns}
    found = []
    for column in table.columns:
        called = column.name.lower().removesuffix("_id").removesuffix("id")
        if column.name in declared or not called or called == column.name.lower() or column.name in table.primary:
            continue
        names = {called, f"{called}s", f"{called}es", f"{called.removesuffix('y')}ies"}
        for other in tables.values():
            if other.schema != table.schema or other.name.lower() not in names or len(other.primary) != 1:
                continue
            if other.oid != table.oid and other.column(other.primary[0]).kind.name == column.kind.name:
                found.append(ForeignKey(f"~{column.name}", (column.name,), other.oid, other.primary, soft=True))
    return tuple(found)
