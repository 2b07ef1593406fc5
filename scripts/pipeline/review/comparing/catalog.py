"""
Without this nobody could tell whether a downgrade restored the schema: PostgreSQL's own words for all that is in it.

What is left out differs without a difference: members of extensions, Alembic's version table, the order of columns (a
column that was dropped and added again is restored, at the end), and where a sequence stands. Names are complete
(`schema.name`), so that two databases say the same whatever their search paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from pipeline.review.comparing import catalog_code, catalog_rest, catalog_tables, catalog_types

Connection = psycopg.Connection[Any]
Key = tuple[str, str]
"""The kind of an object, and its name."""

# The same list of texts before and after a dump: PostgreSQL casts the array first, and its elements when it reads that.
_CAST_ARRAY = re.compile(r"\(ARRAY\[((?:'(?:[^']|'')*'::[a-z ]+(?:\(\d+\))?(?:, )?)+)\]\)::(\w+)\[\]")
_ELEMENT = re.compile(r"'(?:[^']|'')*'::[a-z ]+(?:\(\d+\))?")


@dataclass(frozen=True)
class Catalog(Mapping[Key, str]):
    """Definitions by kind and name. `relations` has the table or view (schema, name) that an object is a part of."""

    definitions: Mapping[Key, str]
    relations: Mapping[Key, tuple[str, str]]
    names: Mapping[Key, tuple[str, ...]]
    """The parts of a name without quotes, for who asks another source about it."""

    def __getitem__(self, key: Key) -> str:
        return self.definitions[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.definitions)

    def __len__(self) -> int:
        return len(self.definitions)

    def has_relation(self, relation: tuple[str, str]) -> bool:
        name = ".".join(map(quoted, relation))
        return any((kind, name) in self.definitions for kind in _RELATIONS)


@dataclass(frozen=True)
class Difference:
    """An object that is in one of two catalogs only, or is defined otherwise there."""

    kind: str
    name: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {_shown(self.before)} → {_shown(self.after)}"


_RELATIONS = ("table", "foreign table", "view", "materialized view")


def read_catalog(connection: Connection) -> Catalog:
    """Return all that is in the database of `connection`, whose session is left as it was."""
    definitions: dict[Key, str] = {}
    relations: dict[Key, tuple[str, str]] = {}
    names: dict[Key, tuple[str, ...]] = {}
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; SET LOCAL jit = off")
        for question in _questions(connection.info.server_version // 10_000):
            for kind, parts, suffix, relation, definition in connection.execute(question):
                key = (kind, ".".join(map(quoted, parts)) + suffix)
                if definition or kind not in _ONLY_WHERE_SET:
                    definitions[key] = _evened(definition or "")
                    names[key] = tuple(parts)
                    if relation:
                        relations[key] = (relation[0], relation[1])
    return Catalog(definitions, relations, names)


_ONLY_WHERE_SET = frozenset({"storage"})


def differences(before: Catalog, after: Catalog) -> tuple[Difference, ...]:
    """
    Return what differs, in the order of kinds and names.

    The columns, constraints and indexes of a table that is in one of them only go without saying.
    """
    return tuple(
        Difference(*key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key) and not _goes_with_its_relation(key, before, after)
    )


def relations_of(before: Catalog, after: Catalog) -> frozenset[str] | None:
    """The tables and views (schema.name, unquoted) that the differences belong to; None where one is of no relation."""
    found = set()
    for one in differences(before, after):
        key = (one.kind, one.name)
        side = after if key in after.definitions else before
        relation = side.names[key] if one.kind in _RELATIONS else side.relations.get(key)
        if relation is None:
            return None
        found.add(".".join(relation))
    return frozenset(found)


def invalid_indexes(connection: Connection) -> tuple[str, ...]:
    """Return the names of the indexes that a failed CREATE INDEX CONCURRENTLY left behind, or a REINDEX."""
    rows = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname !~ '^pg_' ORDER BY 1, 2"
    )
    return tuple(".".join(map(quoted, row)) for row in rows)


def quoted(name: str) -> str:
    """`name` as SQL would have it; keywords are left as they are, since people read this."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_$]*", name) else '"' + name.replace('"', '""') + '"'


def _questions(version: int) -> Iterator[str]:
    for part in (catalog_tables, catalog_types, catalog_code, catalog_rest):
        yield from part.QUESTIONS
    if version >= 15:
        yield catalog_rest.SINCE_15


def _goes_with_its_relation(key: Key, before: Catalog, after: Catalog) -> bool:
    relation = before.relations.get(key) or after.relations.get(key)
    if relation is None or (before.relations.get(key) or relation) != (after.relations.get(key) or relation):
        return False
    return before.has_relation(relation) != after.has_relation(relation)


def _evened(definition: str) -> str:
    def cast_each(match: re.Match[str]) -> str:
        elements = ", ".join(f"({element})::{match[2]}" for element in _ELEMENT.findall(match[1]))
        return f"ARRAY[{elements}]"

    return _CAST_ARRAY.sub(cast_each, definition)


def _shown(definition: str | None) -> str:
    if definition is None:
        return "absent"
    return definition or "present"
