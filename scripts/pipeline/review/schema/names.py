"""Names out of PostgreSQL's parse trees, and the names that PostgreSQL gives to what has none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_LONGEST = 63


def constant(node: Any, field: str) -> str:
    """Return an enum field of a parse tree by its name: OBJECT_TABLE, AT_AddColumn …"""
    return str(node.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[getattr(node, field)].name)


def relation(node: Any) -> str:
    """Return a table's name as rules compare it: with its schema, unless that is the default one."""
    return dotted([node.schemaname, node.relname])


def dotted(parts: Iterable[str]) -> str:
    words = [part for part in parts if part]
    return ".".join(words[1:] if len(words) > 1 and words[0] == "public" else words)


def strings(nodes: Iterable[Any]) -> list[str]:
    """Return the words of a list of String nodes: a name with its schema, the columns of a key."""
    return [node.string.sval for node in nodes if node.HasField("string")]


def type_named(type_name: Any) -> str | None:
    """Return the name of a type that PostgreSQL does not bring along, else None."""
    words = strings(type_name.names)
    if not words or words[0] == "pg_catalog":
        return None
    return dotted(words)


def given_name(table: str, columns: Iterable[str], suffix: str) -> str:
    """
    Return the name that PostgreSQL gives to a constraint without one: `users_email_key`.

    Too long, the longer of its two parts is cut, like the server's makeObjectName does.
    """
    first, second = table.rpartition(".")[2].encode(), "_".join(columns).encode()
    room = _LONGEST - len(suffix) - 1 - (1 if second else 0)
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    parts = [part.decode(errors="ignore") for part in (first, second) if part]
    return "_".join([*parts, suffix])
