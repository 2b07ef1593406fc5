"""
What PostgreSQL casts by itself when a column's type changes, and what the cast loses.

ALTER COLUMN TYPE without USING takes casts "in assignment" (pg_cast) and any type into text. A type that is not in
the catalog from the start (a domain, an extension's) is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import postgast
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import Enum, TypeEngine

from pipeline.review.reading.sql_expressions import type_name, type_text
from pipeline.review.reading.unknown import is_unread

_STRINGS = frozenset({"text", "varchar", "bpchar", "name", "citext"})
_NUMBERS = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric"})
_ASSIGNED = {
    "date": {"timestamp", "timestamptz"},
    "timestamp": {"date", "time", "timestamptz"},
    "timestamptz": {"date", "time", "timetz", "timestamp"},
    "time": {"interval", "timetz"},
    "timetz": {"time"},
    "interval": {"time"},
    "json": {"jsonb"},
    "jsonb": {"json"},
    "money": {"numeric"},
    "int4": {"money", "oid"},
    "int8": {"money", "oid"},
    "int2": {"oid"},
    "numeric": {"money"},
    "oid": {"int4", "int8"},
    "inet": {"cidr"},
    "cidr": {"inet"},
    "macaddr": {"macaddr8"},
    "macaddr8": {"macaddr"},
    "bit": {"varbit"},
    "varbit": {"bit"},
}
KNOWN = frozenset(
    {*(_STRINGS - {"citext"}), *_NUMBERS, *_ASSIGNED, *("bool", "uuid", "bytea", "xml", "tsvector", "point")}
)
"""The types that are judged; a test asks a server about each pair of them."""

_WIDTH = {"int2": 1, "int4": 2, "int8": 3}
_LOSSES = {
    ("timestamp", "date"): "the time of day is cut off",
    ("timestamptz", "date"): "the time of day is cut off",
    ("timestamp", "time"): "the date is cut off",
    ("timestamptz", "time"): "the date is cut off",
    ("float8", "float4"): "values are rounded",
    ("numeric", "float4"): "values are rounded",
    ("numeric", "float8"): "values are rounded",
    ("json", "jsonb"): "duplicate keys and the order of keys are lost",
    ("timestamp", "timestamptz"): "values shift by the session's TimeZone, unless that is UTC",
    ("timestamptz", "timestamp"): "values shift by the session's TimeZone, unless that is UTC",
}


@dataclass(frozen=True)
class ColumnType:
    """A type by the catalog's name, with its modifiers: varchar and (50,), numeric and (10, 2)."""

    name: str
    modifiers: tuple[int, ...] = ()
    array: bool = False
    enum: bool = False
    text: str = ""

    @property
    def known(self) -> bool:
        return self.enum or self.name in KNOWN


def of_node(node: Any, enums: frozenset[str] = frozenset()) -> ColumnType:
    """Read a TypeName of a parse tree; `enums` are names known to be enums'."""
    name = type_name(node)
    modifiers = tuple(int(one.a_const.ival.ival) for one in node.typmods if one.WhichOneof("node") == "a_const")
    return ColumnType(name, modifiers, bool(node.array_bounds), enum=name in enums, text=type_text(node))


def of_sqlalchemy(value: object) -> ColumnType | None:
    """Read a type that a revision hands to Alembic; None for what is no type or has no SQL of its own."""
    made = value() if isinstance(value, type) and issubclass(value, TypeEngine) else value
    if not isinstance(made, TypeEngine):
        return None
    try:
        sql = made.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call] # Untyped in SQLAlchemy.
        cast = postgast.parse(f"SELECT CAST(NULL AS {sql})").stmts[0].stmt.select_stmt.target_list[0].res_target.val
    except (SQLAlchemyError, postgast.PgQueryError):
        return None
    if is_unread(sql):
        return None
    enum = isinstance(made, Enum) and made.native_enum
    read = of_node(cast.type_cast.type_name)
    return ColumnType(read.name, read.modifiers, read.array, enum, read.text)


def casts_by_itself(old: ColumnType, new: ColumnType) -> bool | None:
    """Tell whether ALTER COLUMN TYPE works without USING; None where it cannot be told."""
    if old.name == new.name and old.array == new.array:
        return True
    if new.name in _STRINGS and not new.array:
        return True
    if not old.known or not new.known:
        return None
    if old.array != new.array:
        return False
    if new.name in _STRINGS:
        return True
    return (old.name in _NUMBERS and new.name in _NUMBERS) or new.name in _ASSIGNED.get(old.name, ())


def fails_when_larger(old: ColumnType, new: ColumnType) -> str | None:
    """What is refused among values that the old type holds; None where everything fits."""
    if old.array or new.array:
        return None
    if new.name in {"varchar", "bpchar"} and old.name in _STRINGS:
        limit = (new.modifiers or ((1,) if new.name == "bpchar" else (0,)))[0]
        before = old.modifiers[0] if old.modifiers and old.name in {"varchar", "bpchar"} else None
        return f"longer than {limit}" if limit and (before is None or before > limit) else None
    if old.name in _NUMBERS and new.name in _WIDTH and _WIDTH.get(old.name, 9) > _WIDTH[new.name]:
        return f"beyond what {new.text} holds"
    if (old.name, new.name) == ("numeric", "numeric") and new.modifiers:
        digits = new.modifiers[0] - (new.modifiers[1] if len(new.modifiers) > 1 else 0)
        had = old.modifiers[0] - (old.modifiers[1] if len(old.modifiers) > 1 else 0) if old.modifiers else None
        return f"of more than {digits} digits before the point" if had is None or had > digits else None
    return None


def loses(old: ColumnType, new: ColumnType) -> str | None:
    """What goes without an error; None where nothing does."""
    if old.array or new.array:
        return None
    if (old.name, new.name) == ("numeric", "numeric") and new.modifiers:
        scale = new.modifiers[1] if len(new.modifiers) > 1 else 0
        had = (old.modifiers[1] if len(old.modifiers) > 1 else 0) if old.modifiers else None
        return f"values are rounded to {scale} digits behind the point" if had is None or had > scale else None
    if old.name in {"float4", "float8", "numeric"} and new.name in _WIDTH:
        return "fractions are rounded away"
    return _LOSSES.get((old.name, new.name))
