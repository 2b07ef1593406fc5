"""
Without this file a revision would be "applied" with an index that PostgreSQL keeps up to date and never uses.

A CREATE INDEX CONCURRENTLY that fails leaves it behind, and one with IF NOT EXISTS then finds it and is content. The
invalid index over a partitioned table is something else: it waits for its partitions' indexes, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

_INDEXES = """
SELECT n.nspname, t.relname, c.relname, i.indisvalid AND i.indisready
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE c.relkind = 'i' AND c.relpersistence <> 't'
AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
"""
_INVALID = f"{_INDEXES} AND NOT (i.indisvalid AND i.indisready) ORDER BY 1, 2, 3"
_NAMED = f"{_INDEXES} AND c.relname = :name"


@dataclass(frozen=True, order=True)
class Index:
    """An index by its name, and the table it belongs to."""

    schema: str
    table: str
    name: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


def invalid_indexes(connection: Connection) -> list[Index]:
    """Return the indexes of this database that are not used, and that nobody is building at the moment."""
    return [Index(*row[:3]) for row in connection.execute(text(_INVALID))]


def is_valid(connection: Connection, index: Index) -> bool | None:
    """Tell whether `index` is used, None if it is not there."""
    found = connection.execute(text(_NAMED), {"name": index.name})
    return next((row[3] for row in found if Index(*row[:3]) == index), None)


def left_behind(connection: Connection, revision: str) -> list[Index]:
    """
    Return those that failed or interrupted tries of `revision` were building and that are still there.

    A valid one, too: its builder was cut off before the revision was over, and would find it in its way.
    """
    rows = connection.execute(
        text(
            "SELECT DISTINCT x FROM pipeline.steps, jsonb_array_elements(indexes) x "
            "WHERE revision = :revision AND outcome IN ('failed', 'interrupted')"
        ),
        {"revision": revision},
    )
    built = sorted(Index(**row[0]) for row in rows)
    return [index for index in built if is_valid(connection, index) is not None]


def drop(driver: psycopg.Connection[Any], indexes: Iterable[Index]) -> None:
    """Drop `indexes` without keeping anybody from their tables; `driver` commits by itself."""
    for index in indexes:
        name = sql.Identifier(index.schema, index.name)
        driver.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(name))
