"""
Tables that a revision looks up in the database (`autoload_with`, `metadata.reflect`): their columns are there as asked.

Which columns such a table has, only the database tells. But `table.c.title` says that it has that one, and with it an
UPDATE can be made and read as any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from pipeline.review.reading.unknown import UnreadType


class ReflectedTable(sa.TableClause):
    """A table of the database, with the columns that the revision has named so far."""

    inherit_cache = True


class Columns:
    """`table.c` of such a table."""

    def __init__(self, table: ReflectedTable) -> None:
        self.table = table

    def __getitem__(self, name: str) -> Any:
        if not isinstance(name, str):
            raise KeyError(name)
        return named(self.table, name)


def looked_up(function: Any, arguments: list[Any], keywords: dict[str, Any]) -> ReflectedTable | None:
    """Return what `sa.Table(…)` gives where the database has to tell; None where the revision says it itself."""
    if function is not sa.Table or not arguments or not isinstance(arguments[0], str):
        return None
    metadata = arguments[1] if len(arguments) > 1 else keywords.get("metadata")
    known = isinstance(metadata, sa.MetaData) and arguments[0] in metadata.tables
    loaded = bool({"autoload", "autoload_with"} & set(keywords))
    if not loaded and (known or len(arguments) > 2):
        return None
    schema = keywords.get("schema")
    return ReflectedTable(str(arguments[0]), schema=schema if isinstance(schema, str) else None)


def from_metadata(container: Any, name: Any) -> ReflectedTable | None:
    """Return `metadata.tables[name]` for a table that the revision does not define: it was reflected."""
    if type(container).__name__ != "FacadeDict" or not isinstance(name, str) or name in container:
        return None
    schema, _, bare = name.rpartition(".")
    return ReflectedTable(bare, schema=schema or None)


def named(table: ReflectedTable, name: str) -> Any:
    """Return the column of that name; it is there, since the revision says so."""
    if name not in table.columns:
        table.append_column(sa.column(name, UnreadType(f"{table.name}.{name}")))
    return table.columns[name]


def grow(table: Any = None, *given: Any, **words: Any) -> None:
    """Give the table the columns that rows for it name: `values(title=…)`, `[{"title": …}]`."""
    if not isinstance(table, ReflectedTable):
        return
    for name in (*words, *(name for one in given for name in _keys(one))):
        if name != "multiinsert":
            named(table, name)


def _keys(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        yield from (key for key in value if isinstance(key, str))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _keys(one)
