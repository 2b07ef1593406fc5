"""Which table and which column of one database is which in the other: by object id first, since a rename keeps that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pipeline.review.comparing.catalog import quoted
from pipeline.review.comparing.catalog_sql import OURS, VERSION_TABLE, own

Connection = psycopg.Connection[Any]

# A partition's rows are its parent's: a row that moves between partitions is lost by nobody.
_TABLES = f"""
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind = 'p', c.relispartition,
  ARRAY(SELECT i.indkey::text FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
    AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = i.indnatts
    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
      AND NOT a.attnotnull)
    ORDER BY NOT i.indisprimary, i.indexrelid),
  (SELECT json_agg(json_build_array(a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '')
    ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND {OURS} AND {own("pg_class", "c.oid")} AND NOT {VERSION_TABLE}
ORDER BY n.nspname, c.relname
"""


@dataclass(frozen=True)
class Column:
    number: int
    name: str
    type: str
    generated: bool


@dataclass(frozen=True)
class Table:
    oid: int
    schema: str
    name: str
    partitioned: bool
    partition: bool
    columns: tuple[Column, ...]
    keys: tuple[tuple[int, ...], ...]
    """Columns, by number, that identify a row; the primary key first."""

    @property
    def shown(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def rows(self) -> sql.Composed:
        """What follows FROM: the rows of the table itself, and not those of its heirs."""
        only = sql.SQL("" if self.partitioned else "ONLY ")
        return sql.SQL("{}{}").format(only, sql.Identifier(self.schema, self.name))


@dataclass(frozen=True)
class Pair:
    """A column before and after. Replaced: another one of the same name stands where it stood."""

    before: Column
    after: Column
    replaced: bool

    @property
    def retyped(self) -> bool:
        return self.before.type != self.after.type


@dataclass(frozen=True)
class Paired:
    """A table before and after, its columns laid side by side."""

    before: Table
    after: Table
    pairs: tuple[Pair, ...]
    gone: tuple[Column, ...]
    added: tuple[Column, ...]

    @property
    def alike(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if not pair.retyped)

    @property
    def key(self) -> tuple[Pair, ...] | None:
        """The columns by which a row is found again, where they are still the same ones."""
        by_number = {pair.before.number: pair for pair in self.alike if not pair.replaced}
        for key in self.before.keys:
            if all(number in by_number for number in key):
                return tuple(by_number[number] for number in key)
        return None


def read_tables(connection: Connection) -> tuple[Table, ...]:
    """Return the tables that have rows of their own or of their partitions."""
    found = []
    for oid, schema, name, partitioned, partition, keys, columns in connection.execute(_TABLES):
        numbers = tuple(tuple(int(number) for number in key.split()) for key in keys)
        every = tuple(Column(*column) for column in columns or ())
        found.append(Table(oid, schema, name, partitioned, partition, every, numbers))
    return tuple(found)


def pair_tables(before: tuple[Table, ...], after: tuple[Table, ...]) -> tuple[list[Paired], list[Table]]:
    """Return the tables that are in both, and those that are gone."""
    by_oid = {table.oid: table for table in after}
    kept = {table.oid for table in before} & by_oid.keys()
    by_name = {(table.schema, table.name): table for table in after if table.oid not in kept}
    pairs, gone = [], []
    for table in before:
        if table.partition:
            continue
        now = by_oid.get(table.oid) or by_name.get((table.schema, table.name))
        if now is None:
            gone.append(table)
        else:
            pairs.append(_pair_columns(table, now))
    return pairs, gone


def _pair_columns(before: Table, after: Table) -> Paired:
    same = before.oid == after.oid
    by_number = {column.number: column for column in after.columns} if same else {}
    kept = {column.number for column in before.columns} & by_number.keys()
    by_name = {column.name: column for column in after.columns if column.number not in kept}
    pairs, gone = [], []
    for column in before.columns:
        if column.number in kept:
            pairs.append(Pair(column, by_number[column.number], replaced=False))
        elif column.name in by_name:
            pairs.append(Pair(column, by_name[column.name], replaced=same))
        else:
            gone.append(column)
    taken = {pair.after.number for pair in pairs}
    added = tuple(column for column in after.columns if column.number not in taken)
    return Paired(before, after, tuple(pairs), tuple(gone), added)
