"""
One text for one value, whatever type a column has by now: what is the same text is the same value.

A value whose column changed its type is cast back, in UTC. Numbers are compared without the zeros at their end, json by
what it means; json is an object with its duplicate keys as well, which jsonb has lost.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from pipeline.review.comparing.shape import Column, Table

Connection = psycopg.Connection[Any]
Expression = sql.Composable

SESSION = """
SET LOCAL search_path = ''; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL jit = off;
SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex';
SET LOCAL xmloption = 'content'; SET LOCAL lc_monetary = 'C'; SET LOCAL row_security = off;
"""

_NUMBERED = """{value}::jsonb::text || ' ' || (
  WITH RECURSIVE walk(v) AS (SELECT {value}::json UNION ALL SELECT e.value FROM walk CROSS JOIN LATERAL (
    SELECT value FROM json_each(CASE WHEN json_typeof(v) = 'object' THEN v END) UNION ALL
    SELECT value FROM json_array_elements(CASE WHEN json_typeof(v) = 'array' THEN v END)) e)
  SELECT count(*) FROM walk)::text"""
"""What it means, and of how many parts it is made: a duplicate key is one that only json counts."""
_JSON = frozenset({"json", "jsonb"})


def plainly(column: Column) -> Expression:
    """The value as PostgreSQL writes it."""
    return sql.SQL("{}::text").format(sql.Identifier(column.name))


def texts(
    before: Connection, after: Connection, tables: tuple[Table, Table], columns: tuple[Column, Column]
) -> tuple[Expression, Expression]:
    """Return the expressions, one for each database, that give the same text for the same value."""
    was, now = columns
    for one, other in _attempts(after, was, now):
        if _works(before, tables[0], one) and _works(after, tables[1], other):
            return one, other
    return plainly(was), plainly(now)


def _attempts(connection: Connection, was: Column, now: Column) -> list[tuple[Expression, Expression]]:
    """From the most exact one on: a cast may not exist, or fail on some of the values."""
    old, new = sql.Identifier(was.name), sql.Identifier(now.name)
    version = connection.info.server_version
    if {was.type, now.type} <= _JSON and "json" in {was.type, now.type}:
        return [(sql.SQL(_NUMBERED).format(value=old), sql.SQL(_NUMBERED).format(value=new))]
    left = _written(old, was.type, version)
    if was.type == now.type:
        return [(left, _written(new, was.type, version))]
    type_ = sql.SQL(was.type)  # As format_type() spelled and quoted it.
    direct = sql.SQL("{}::{}").format(new, type_)
    by_text = sql.SQL("{}::text::{}").format(new, type_)
    found = [(left, _written(cast, was.type, version)) for cast in (direct, by_text)]
    if version >= 160_000:
        # What cannot be cast back is no value that was there: a text that no value has.
        guarded = sql.SQL("CASE WHEN pg_input_is_valid({0}::text, {1}) THEN {2} ELSE chr(1) || {0}::text END")
        found.append((left, guarded.format(new, sql.Literal(was.type), _written(by_text, was.type, version))))
    return found


def _written(value: Expression, type_: str, version: int) -> Expression:
    if type_.startswith("numeric") and not type_.endswith("]") and version >= 130_000:
        return sql.SQL("trim_scale({})::text").format(value)
    return sql.SQL("({})::text").format(value)


def _works(connection: Connection, table: Table, expression: Expression) -> bool:
    try:
        with connection.transaction():
            connection.execute(sql.SQL("SELECT count({}) FROM {}").format(expression, table.rows))
    except (psycopg.errors.DataError, psycopg.errors.ProgrammingError):
        return False
    return True
