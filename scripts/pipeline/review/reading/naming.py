"""
Names of tables and columns: out of a parse tree, compared, and written back into SQL and into Python.

The parser has folded case already, so names are compared as they are; `public` is where an unqualified name leads in
every database that was not told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects import postgresql

_DEFAULT_SCHEMA = "public"
_QUOTE = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call] # Untyped in SQLAlchemy.


def relation(node: Any) -> str:
    """Return a RangeVar's name, with its schema where one is written."""
    return f"{node.schemaname}.{node.relname}" if node.schemaname else str(node.relname)


def words(nodes: Iterable[Any]) -> tuple[str, ...]:
    """Return the texts of a list of String nodes: a column list, or the parts of a dotted name."""
    return tuple(str(node.string.sval) for node in nodes)


def words_of(nodes: Iterable[Any]) -> str:
    """Return a list of String nodes as one dotted name."""
    return ".".join(words(nodes))


def dotted(node: Any) -> str:
    """Return the dotted name that a DROP statement's object is: a list of words, one word, or a type's name."""
    kind = node.WhichOneof("node")
    if kind == "list":
        return ".".join(words(node.list.items))
    if kind == "type_name":
        return ".".join(words(node.type_name.names))
    if kind == "object_with_args":
        return ".".join(words(node.object_with_args.objname))
    return str(node.string.sval)


def same(one: str, other: str) -> bool:
    """Tell whether two names, with or without a schema, are of the same thing."""
    return _qualified(one) == _qualified(other)


def among(name: str, names: Iterable[str]) -> bool:
    """Tell whether one of `names` is the same thing as `name`."""
    return any(same(name, one) for one in names)


def schema_of(name: str) -> str | None:
    """Return the schema that is written before a name, if one is."""
    return name.partition(".")[0] if "." in name else None


def bare(name: str) -> str:
    """Return a name without its schema."""
    return name.rpartition(".")[2]


def quoted(name: str) -> str:
    """Return a name as SQL: each part in quotes where PostgreSQL asks for them."""
    return ".".join(map(_QUOTE, name.split(".")))


def _qualified(name: str) -> str:
    return name if "." in name else f"{_DEFAULT_SCHEMA}.{name}"
