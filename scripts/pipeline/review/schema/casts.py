"""
Which types PostgreSQL turns into which by itself when a column's type changes; everything else needs USING.

Measured on 18 by ALTER COLUMN TYPE of each pair. To a text everything goes by itself; from a text, nothing.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.exc import CompileError

from pipeline.review.reading.rendering import DIALECT

_NUMBERS = {"smallint", "integer", "bigint", "real", "double precision", "numeric"}
_MOMENTS = {"timestamp", "timestamptz"}
_TEXTS = {"text", "varchar", "char", "citext", "name"}
_TO: dict[str, set[str]] = {
    "boolean": set(), "smallint": {*_NUMBERS, "oid"}, "integer": {*_NUMBERS, "money", "oid"},
    "bigint": {*_NUMBERS, "money", "oid"}, "real": _NUMBERS, "double precision": _NUMBERS,
    "numeric": {*_NUMBERS, "money"}, "money": {"numeric"},
    "text": set(), "varchar": set(), "char": set(), "bytea": set(),
    "date": _MOMENTS, "time": {"timetz", "interval"}, "timetz": {"time"}, "timestamp": {"date", "time", *_MOMENTS},
    "timestamptz": {"date", "time", "timetz", *_MOMENTS}, "interval": {"time"}, "uuid": set(), "json": {"jsonb"},
    "jsonb": {"json"}, "inet": {"cidr"}, "cidr": {"inet"}, "macaddr": set(), "bit": {"varbit"}, "varbit": {"bit"},
    "xml": set(), "oid": {"integer", "bigint"}, "tsvector": set(), "point": set(), "enum": set(),
}  # fmt: skip
_NAMES = {
    "character varying": "varchar", "character": "char", "bpchar": "char", "decimal": "numeric",
    "float": "double precision",
    "int": "integer", "serial": "integer", "bigserial": "bigint", "smallserial": "smallint", "bool": "boolean",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz", "bit varying": "varbit",
    "time without time zone": "time", "time with time zone": "timetz",
}  # fmt: skip


def spelled(type_: Any) -> str | None:
    """Return the type as SQL says it, or None when it is not known."""
    type_ = type_() if isinstance(type_, type) and issubclass(type_, sa.types.TypeEngine) else type_
    if not isinstance(type_, sa.types.TypeEngine) or isinstance(type_, sa.types.NullType):
        return None
    try:
        return str(type_.compile(dialect=DIALECT))
    except (CompileError, NotImplementedError):
        return None


def goes_by_itself(old: Any, new: Any) -> bool | None:
    """Tell whether a column of type `old` becomes one of `new` without USING; None when one of them is not known."""
    first, second = _plain(old), _plain(new)
    if first is None or second is None:
        return None
    (before, before_array), (after, after_array) = first, second
    if spelled(old) == spelled(new) or (after in _TEXTS and not after_array):
        return True
    if before_array != after_array:
        return False
    return after in _TEXTS or before == after != "enum" or after in _TO[before]


def _plain(type_: Any) -> tuple[str, bool] | None:
    text = spelled(type_)
    if text is None:
        return None
    array = text.endswith("[]")
    bare = re.sub(r"\s+", " ", re.sub(r"\(.*?\)", "", text.removesuffix("[]"))).strip().lower()
    inner = getattr(type_, "item_type", type_) if array else type_
    inner = inner() if isinstance(inner, type) else inner
    if isinstance(inner.dialect_impl(DIALECT), ENUM):
        return "enum", array
    bare = _NAMES.get(re.sub(r" collate .*", "", bare), bare)
    return (bare, array) if bare in _TO or bare in _TEXTS else None


def using(column: str, old: Any, new: Any) -> str:
    """Return an expression that turns the values over, as far as PostgreSQL has one."""
    before, after = _plain(old) or ("", False), _plain(new) or ("", False)
    target = re.sub(r"\s+", " ", spelled(new) or "")
    target = target if after[0] == "enum" else target.lower()
    quoted = column if re.fullmatch(r"[a-z_][a-z0-9_]*", column) else f'"{column}"'
    if after[1] and not before[1]:
        return f"string_to_array({quoted}, ',')::{target}" if before[0] in _TEXTS else f"ARRAY[{quoted}]::{target}"
    if after[0] in _MOMENTS and before[0] in _NUMBERS:
        return f"to_timestamp({quoted})"
    if "boolean" in {before[0], after[0]} and {before[0], after[0]} & (_NUMBERS - {"integer"}):
        return f"{quoted}::integer::{target}"
    through_text = before[0] == "enum" or (after[0] == "enum" and before[0] not in _TEXTS)
    return f"{quoted}::text::{target}" if through_text and not before[1] else f"{quoted}::{target}"
