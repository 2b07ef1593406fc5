"""
Which changes of a column's type leave the table as it is, and which make PostgreSQL write every row again.

Measured on PostgreSQL 12 to 18, which agree: a value whose bytes stay the same is left alone, if the server can know
that from the two types.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import postgast
from sqlalchemy.exc import CompileError
from sqlalchemy.types import TypeEngine

from pipeline.review.reading.rendering import DIALECT
from pipeline.review.reading.sql_expressions import column_of, type_name, type_text

_MICROSECONDS = 6
_WIDENED = {"varchar", "varbit"}
_PRECISE = {"timestamp", "timestamptz", "time", "timetz", "interval"}
_SAME_BYTES = {
    ("varchar", "text"), ("text", "varchar"), ("cidr", "inet"), ("xml", "text"), ("xml", "varchar"), ("int4", "oid"),
    ("oid", "int4"), ("bit", "varbit"),
}  # fmt: skip
_SAME_IN_UTC = {("timestamp", "timestamptz"), ("timestamptz", "timestamp")}
# Types that something with another name can become without a rewrite; a domain over them aside.
_REACHABLE = {"varchar", "text", "inet", "oid", "numeric", "varbit", *_PRECISE}
_BUILT_IN = _REACHABLE | {
    "int2", "int4", "int8", "float4", "float8", "bool", "bpchar", "bytea", "date", "json", "jsonb", "uuid", "bit",
    "cidr", "macaddr", "money", "xml", "tsvector", "tsquery",
}  # fmt: skip


class Rewrite(Enum):
    """Whether every row is written again."""

    YES = "yes"
    NO = "no"
    UNLESS_UTC = "unless the session's TimeZone is UTC"
    DEPENDS = "unless the old type is stored in the same way"


@dataclass(frozen=True)
class Type:
    """A type by its catalog's name, the numbers behind it, and whether it is an array."""

    name: str
    numbers: tuple[int, ...]
    array: bool
    text: str


def as_type(node: Any) -> Type:
    """Make a Type of a TypeName."""
    numbers = tuple(int(one.a_const.ival.ival) for one in node.typmods if one.WhichOneof("node") == "a_const")
    name = type_name(node)
    if name == "interval":
        numbers = numbers[1:]  # The first one says which fields it has, as bits.
    return Type(name, numbers, len(node.array_bounds) > 0, type_text(node))


def of_sqlalchemy(given: Any) -> Type | None:
    """Make a Type of a SQLAlchemy type, such as `existing_type`; None when it is none or does not compile."""
    try:
        kind = given() if isinstance(given, type) and issubclass(given, TypeEngine) else given
        if not isinstance(kind, TypeEngine):
            return None
        parsed = postgast.parse(f"SELECT NULL::{kind.compile(dialect=DIALECT)}")
        return as_type(parsed.stmts[0].stmt.select_stmt.target_list[0].res_target.val.type_cast.type_name)
    except (CompileError, TypeError, NotImplementedError, postgast.PgQueryError):
        return None


def rewrites(old: Type | None, new: Type, using: Any, column: str) -> Rewrite:
    """Tell whether changing `column` from `old`, None where nobody knows it, to `new` writes every row again."""
    if using is not None and not _changes_nothing(using, new, column):
        return Rewrite.YES
    if old is None or old.name not in _BUILT_IN:
        return Rewrite.DEPENDS if new.name in _REACHABLE or new.name not in _BUILT_IN else Rewrite.YES
    if new.name not in _BUILT_IN:
        return Rewrite.DEPENDS  # A domain without a CHECK is stored as what it is made of; an enum is not.
    if old.array or new.array:
        return Rewrite.NO if (old.name, old.numbers, old.array) == (new.name, new.numbers, new.array) else Rewrite.YES
    if (old.name, new.name) in _SAME_IN_UTC:
        return Rewrite.UNLESS_UTC
    same = old.name == new.name or (old.name, new.name) in _SAME_BYTES
    return Rewrite.NO if same and _holds_as_much(old, new) else Rewrite.YES


def _holds_as_much(old: Type, new: Type) -> bool:
    """Whether every value of `old` is one of `new`, by their numbers alone."""
    if old.numbers == new.numbers or not new.numbers:
        return old.name == new.name or old.name not in {"bpchar", "bit"}
    if not old.numbers and new.name not in _PRECISE:
        return False
    if new.name == "numeric":
        (old_precision, old_scale), (precision, scale) = _padded(old.numbers), _padded(new.numbers)
        return scale == old_scale and precision >= old_precision
    if new.name in _PRECISE:
        return new.numbers[0] >= (old.numbers or (_MICROSECONDS,))[0]
    return new.name in _WIDENED and new.numbers[0] >= old.numbers[0]


def _padded(numbers: tuple[int, ...]) -> tuple[int, int]:
    return (numbers[0], numbers[1]) if len(numbers) > 1 else (numbers[0], 0)


def _changes_nothing(using: Any, new: Type, column: str) -> bool:
    """`USING x` and `USING x::new_type` say what happens without them too."""
    if using.WhichOneof("node") == "type_cast":
        cast = as_type(using.type_cast.type_name)
        if (cast.name, cast.numbers, cast.array) == (new.name, new.numbers, new.array):
            using = using.type_cast.arg
    return column_of(using) == column
