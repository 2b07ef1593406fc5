"""
What stands between a made-up row and its table: types, constraints and keys, as the server knows them.

Expressions are read with an empty search_path: the server then writes every name in full, operators included, and
they mean the same wherever they are pasted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pipeline.review.seeding.kinds import Kind, read_kinds
from pipeline.review.seeding.spelling import name

Connection = psycopg.Connection[Any]

_TABLES = """
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind = 'p' AS partitioned
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                  AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
SELECT a.attrelid AS table, a.attname AS name, a.attnum AS number, a.atttypid AS kind, a.atttypmod AS modifier,
       format_type(a.atttypid, a.atttypmod) AS spelled,
       a.attnotnull AS needed, a.attidentity AS identity, pg_get_expr(d.adbin, d.adrelid) AS default,
       a.attgenerated <> '' AS generated,
       pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) AS sequence
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""
# Through to_jsonb: only servers from 18 on know constraints that are not enforced.
_CHECKS = """
SELECT conrelid AS table, conname AS name, conkey AS numbers, pg_get_expr(conbin, conrelid) AS sql FROM pg_constraint c
WHERE contype = 'c' AND conrelid = ANY (%s) AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
ORDER BY conrelid, conname
"""
_KEYS = """
SELECT conrelid AS table, conname AS name, connamespace::regnamespace::text AS schema, conkey AS numbers,
       confrelid AS parent, confkey AS parent_numbers, confmatchtype = 'f' AS full, condeferrable AS deferrable
FROM pg_constraint c
WHERE contype = 'f' AND conparentid = 0 AND conrelid = ANY (%s)
  AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
ORDER BY conrelid, cardinality(conkey) DESC, conname
"""
# An index of a constraint depends on the constraint; any other depends on the columns that it, or its condition, names.
_UNIQUE = """
SELECT i.indrelid AS table, i.indisprimary AS primary, i.indisexclusion AS excluding,
       array(SELECT unnest(i.indkey::int2[]) UNION
             SELECT refobjsubid FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = i.indexrelid
             AND refclassid = 'pg_class'::regclass AND refobjid = i.indrelid AND refobjsubid > 0) AS numbers
FROM pg_index i WHERE i.indrelid = ANY (%s) AND (i.indisunique OR i.indisexclusion)
ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid::regclass::text
"""
_PARTITIONS = """
SELECT r.oid AS table, pg_get_partition_constraintdef(t.relid) AS sql,
       p.partattrs::int2[] AS numbers, p.partdefid <> 0 AS caught
FROM pg_class r JOIN pg_partitioned_table p ON p.partrelid = r.oid, pg_partition_tree(r.oid) t
WHERE r.oid = ANY (%s) AND t.isleaf AND t.relid <> r.oid ORDER BY r.oid, t.relid::regclass::text
"""


@dataclass(frozen=True)
class Check:
    """A condition on the columns that it names; a partitioned table has one more, that a partition takes the row."""

    sql: str
    columns: frozenset[str]
    only_a_hint: bool = False
    """A default partition takes whatever the others do not."""


@dataclass(frozen=True)
class ForeignKey:
    """Columns that repeat a parent's; `soft` ones only look like it, and nobody holds them to it."""

    name: str
    columns: tuple[str, ...]
    parent: int
    parent_columns: tuple[str, ...]
    match_full: bool = False
    deferrable: bool = False
    soft: bool = False


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    nullable: bool
    identity: str = ""
    default: str | None = None
    generated: bool = False
    sequence: str | None = None
    alone: bool = False
    """It is unique by itself."""
    together: bool = False
    """It is unique with others."""
    excluded: bool = False
    """An EXCLUDE looks at it: what overlaps everything would be the only row."""

    @property
    def counted(self) -> bool:
        """Whether a sequence numbers it where an INSERT leaves it out."""
        return bool(self.identity) or (self.default or "").startswith("nextval(")


@dataclass(frozen=True)
class Table:
    oid: int
    schema: str
    name: str
    partitioned: bool
    columns: tuple[Column, ...] = ()
    checks: tuple[Check, ...] = ()
    keys: tuple[ForeignKey, ...] = ()
    unique: tuple[frozenset[str], ...] = ()
    primary: tuple[str, ...] = ()
    partition_columns: frozenset[str] = field(default=frozenset())

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        return f"{name(self.schema)}.{name(self.name)}"

    @property
    def own_rows(self) -> str:
        """For FROM: without the rows of tables that inherit from it."""
        return self.sql if self.partitioned else f"ONLY {self.sql}"

    def column(self, called: str) -> Column:
        return next(column for column in self.columns if column.name == called)


def read_tables(connection: Connection, skip: Collection[str] = ()) -> tuple[Table, ...]:
    """Read every table that holds rows of its own, partitions as part of the table that they are of."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SELECT set_config('search_path', '', true)")
        found = cursor.execute(_TABLES).fetchall()
        kinds = read_kinds(cursor)
        oids = [row["oid"] for row in found]

        def by_table(query: str) -> dict[int, list[dict[str, Any]]]:
            grouped = defaultdict(list)
            for row in cursor.execute(query, [oids]).fetchall():
                grouped[row["table"]].append(row)
            return grouped

        parts = [by_table(query) for query in (_COLUMNS, _CHECKS, _KEYS, _UNIQUE, _PARTITIONS)]
        numbers = {oid: {row["number"]: row["name"] for row in rows} for oid, rows in parts[0].items()}
        tables = [_table(row, [part[row["oid"]] for part in parts], numbers, kinds) for row in found]
    return tuple(table for table in tables if not _is_alembics(table) and table.label not in skip)


def _is_alembics(table: Table) -> bool:
    """Its name can be chosen, its one column cannot."""
    return table.name == "alembic_version" or [column.name for column in table.columns] == ["version_num"]


def _table(
    row: dict[str, Any], parts: list[list[dict[str, Any]]], numbers: dict[int, dict[int, str]], kinds: dict[int, Kind]
) -> Table:
    columns, checks, keys, unique, partitions = parts
    names = numbers.get(row["oid"], {})

    def named(some: Iterable[int] | None, of: dict[int, str] = names) -> tuple[str, ...]:
        return tuple(of[number] for number in some or () if number in of)

    sets = tuple(frozenset(named(one["numbers"])) for one in unique)
    table = Table(
        row["oid"], row["schema"], row["name"], row["partitioned"],
        unique=sets,
        primary=next((named(one["numbers"]) for one in unique if one["primary"]), ()),
        checks=tuple(Check(one["sql"], frozenset(named(one["numbers"]))) for one in checks)
        + _of_partitions(partitions, names),
        keys=tuple(
            ForeignKey(
                f"{name(one['schema'])}.{name(one['name'])}", named(one["numbers"]), one["parent"],
                named(one["parent_numbers"], numbers.get(one["parent"], {})), one["full"], one["deferrable"],
            )
            for one in keys
        ),
        partition_columns=frozenset(name_ for one in partitions for name_ in named(one["numbers"])),
    )  # fmt: skip
    made = tuple(
        Column(
            one["name"], kinds[one["kind"]].at(one["modifier"], one["spelled"]),
            not one["needed"] and not kinds[one["kind"]].needed,
            one["identity"], one["default"], one["generated"], one["sequence"],
            alone=frozenset({one["name"]}) in sets,
            together=any(one["name"] in some for some in sets),
            excluded=any(some["excluding"] and one["number"] in some["numbers"] for some in unique),
        )
        for one in columns
    )  # fmt: skip
    return Table(**{**vars(table), "columns": made})


def _of_partitions(rows: list[dict[str, Any]], names: dict[int, str]) -> tuple[Check, ...]:
    conditions = [row["sql"] for row in rows if row["sql"]]
    if not conditions:
        return ()
    # Whoever is partitioned by an expression names columns in it that the catalog does not list as keys.
    named = [one for one in names.values() if any(name(one) in sql or one in sql for sql in conditions)]
    return (
        Check(
            " OR ".join(f"({sql})" for sql in conditions), frozenset(named), only_a_hint=any(r["caught"] for r in rows)
        ),
    )


def constant(default: str | None) -> str | None:
    """Return a default that is the same for every row, which the application is bound to meet."""
    if default is None or "(" in default.replace("character varying(", "") or default.upper().startswith("CURRENT"):
        return None
    return default
