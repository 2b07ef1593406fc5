"""
Without this file DROP … CASCADE would be planned as if it dropped what it names.

The server's own bookkeeping is asked, pg_depend, in the way the server walks it: down to what depends on an object,
and up from a part to the whole that cannot be without it (a view's rule to the view, a generated column's expression
to the column). Addresses are numbers, so they stay true when an earlier statement renames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

# 42809: there is something else of that name, a view for a table.
_MISSING = ("42P01", "42704", "3F000", "42809")


@dataclass(frozen=True)
class Address:
    """An object in the catalog, as pg_depend writes it; `part` is a column's number, 0 for the whole."""

    catalog: int
    number: int
    part: int = 0


@dataclass(frozen=True)
class Store:
    """What holds values: a table (also a materialized view), or one column of it."""

    address: Address
    kind: Literal["table", "column"]
    name: str
    """With its schema, quoted where it has to be: `public.videos`, `public.videos.title`."""
    relation: str
    """The table, to be used in SQL."""
    derived: str | None
    """Why the values can be made again, if they can."""
    estimated_rows: int | None


def find_object(connection: Connection, kind: str, name: tuple[str, ...]) -> Address | None:
    """Return where the catalog has `name`, None where it has not; `kind` as pg_get_object_address takes it."""
    query = text("SELECT classid, objid, objsubid FROM pg_get_object_address(:kind, CAST(:name AS text[]), '{}')")
    parts = list(name)
    if kind in ("type", "domain"):
        # Types are looked for by their written name, everything else by its parts; a domain is a type here.
        kind, parts = "type", [".".join(map(_quoted, name))]
    try:
        with connection.begin_nested():
            found = connection.execute(query, {"kind": kind, "name": parts}).one()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _MISSING:
            return None
        raise
    return Address(*found)


def find_column(connection: Connection, table: Address, column: str) -> Address | None:
    """Return where `table` has its column of that name, None where it has none."""
    query = text(
        "SELECT attnum FROM pg_attribute "
        "WHERE attrelid = :table AND attname = :column AND attnum > 0 AND NOT attisdropped"
    )
    number = connection.scalar(query, {"table": table.number, "column": column})
    return None if number is None else Address(table.catalog, table.number, number)


def stores_lost(connection: Connection, dropped: Address, *, cascade: bool) -> list[Store]:
    """
    Return the tables and columns that go when `dropped` does, by name.

    Columns of a table that goes, and partitions of one, are not told apart from it.
    """
    return [
        Store(Address(row.classid, row.objid, row.objsubid), *row[3:])
        for row in connection.execute(
            text(_STORES),
            {"catalog": dropped.catalog, "number": dropped.number, "part": dropped.part, "cascade": cascade},
        )
    ]


def lock_table(connection: Connection, number: int) -> str | None:
    """
    Lock the table with this number against everybody, and return what it is called now; None when it is gone.

    The name is asked for again once the lock is held: it may have changed while this waited.
    """
    called = _name(connection, number)
    while called is not None:
        connection.exec_driver_sql(
            f"LOCK TABLE {called} IN ACCESS EXCLUSIVE MODE", execution_options={"no_parameters": True}
        )
        before, called = called, _name(connection, number)
        if called == before:
            return called
    return None


def _name(connection: Connection, number: int) -> str | None:
    query = text(
        "SELECT (pg_identify_object(CAST('pg_class' AS regclass), oid, 0)).identity FROM pg_class WHERE oid = :n"
    )
    name: str | None = connection.scalar(query, {"n": number})
    return name


# deptype: n needs CASCADE; a, P and S go along; i is a part of what it depends on; e belongs to an extension.
_STORES = """
WITH RECURSIVE gone (classid, objid, objsubid) AS (
    SELECT CAST(:catalog AS oid), CAST(:number AS oid), CAST(:part AS integer)
    UNION
    SELECT next.* FROM gone CROSS JOIN LATERAL (
        SELECT classid, objid, objsubid FROM pg_depend
        WHERE refclassid = gone.classid AND refobjid = gone.objid
          AND (gone.objsubid = 0 OR refobjsubid = gone.objsubid)
          AND (deptype <> 'n' OR :cascade)
        UNION ALL
        -- A column that a child inherits is written down nowhere but by its name.
        SELECT gone.classid, i.inhrelid, CAST(heir.attnum AS integer)
        FROM pg_inherits i
        JOIN pg_attribute a ON a.attrelid = i.inhparent AND a.attnum = gone.objsubid
        JOIN pg_attribute heir ON heir.attrelid = i.inhrelid AND heir.attname = a.attname
        WHERE gone.classid = CAST('pg_class' AS regclass) AND gone.objsubid <> 0 AND i.inhparent = gone.objid
          AND heir.attinhcount = 1 AND NOT heir.attislocal
        UNION ALL
        SELECT refclassid, refobjid, refobjsubid FROM pg_depend
        WHERE classid = gone.classid AND objid = gone.objid AND deptype = 'i'
          AND (gone.objsubid = 0 OR objsubid = gone.objsubid)
    ) AS next
)
SELECT DISTINCT g.classid, g.objid, g.objsubid,
    CASE WHEN g.objsubid = 0 THEN 'table' ELSE 'column' END AS kind,
    (pg_identify_object(g.classid, g.objid, g.objsubid)).identity AS name,
    quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation,
    CASE WHEN c.relkind = 'm' THEN 'a materialized view: its query fills it again'
         WHEN a.attgenerated <> '' THEN 'a generated column: its expression fills it again' END AS derived,
    CASE WHEN c.reltuples >= 0 THEN CAST(c.reltuples AS bigint) END AS estimated_rows
FROM gone g
JOIN pg_class c ON g.classid = CAST('pg_class' AS regclass) AND c.oid = g.objid AND c.relkind IN ('r', 'p', 'm')
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON g.objsubid <> 0 AND a.attrelid = g.objid AND a.attnum = g.objsubid
WHERE NOT (g.objsubid <> 0 AND EXISTS (
    SELECT FROM gone w WHERE w.classid = g.classid AND w.objid = g.objid AND w.objsubid = 0))
AND NOT (c.relispartition AND EXISTS (
    SELECT FROM gone w JOIN pg_inherits i ON i.inhparent = w.objid
    LEFT JOIN pg_attribute p ON p.attrelid = w.objid AND p.attnum = w.objsubid
    WHERE w.classid = g.classid AND i.inhrelid = g.objid AND (w.objsubid = 0 OR p.attname = a.attname)))
ORDER BY name
"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
