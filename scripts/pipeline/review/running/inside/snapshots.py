"""
What a connection can say of itself: the locks it holds, the files of relations, and how much of them it has read.

All of it is asked on the revision's own connection, since nobody else sees its catalogue before it commits, and all
in one statement of one value, as every driver hands on text alike. It has no `%` and no `:`, which some would replace.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# 99 is pg_toast's namespace; below 16384 are the objects of PostgreSQL itself.
_QUESTION = """
SELECT CAST(pg_catalog.json_build_object(
  'locks', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(CAST(relation AS bigint), mode))
     FROM pg_catalog.pg_locks
     WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted AND relation >= 16384
       AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())),
  'files', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(CAST(oid AS bigint), CAST(relfilenode AS bigint)))
     FROM pg_catalog.pg_class
     WHERE oid >= 16384 AND relfilenode <> 0 AND relkind IN ('r', 'm', 'i', 'S') AND relnamespace <> 99),
  'indexes', (SELECT
     pg_catalog.json_agg(pg_catalog.json_build_array(CAST(indexrelid AS bigint), CAST(indrelid AS bigint)))
     FROM pg_catalog.pg_index WHERE indexrelid >= 16384),
  'scans', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(CAST(oid AS bigint), scans, rows_read)) FROM (
     SELECT c.oid, pg_catalog.{numscans}(c.oid) AS scans,
            pg_catalog.{returned}(c.oid) + pg_catalog.{fetched}(c.oid) AS rows_read
       FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm') AND c.relnamespace <> 99) AS read
     WHERE scans > 0 OR rows_read > 0)
) AS text)
"""
_IN_TRANSACTION = _QUESTION.format(
    numscans="pg_stat_get_xact_numscans", returned="pg_stat_get_xact_tuples_returned",
    fetched="pg_stat_get_xact_tuples_fetched",
)  # fmt: skip
_FOR_EVER = _QUESTION.format(
    numscans="pg_stat_get_numscans", returned="pg_stat_get_tuples_returned", fetched="pg_stat_get_tuples_fetched"
)
_FLUSHES = 150_000
"""The first version that makes its statistics known when told to; before, they come when they come."""


@dataclass(frozen=True)
class Snapshot:
    """What is there at one moment, by object id."""

    locks: frozenset[tuple[int, str]]
    files: dict[int, int]
    indexes: dict[int, int]
    scans: dict[int, tuple[int, int]]

    def since(self, before: Snapshot) -> dict[str, Any]:
        """What became of `before`: the form in which it is told."""
        known = set(before.files.values())
        built = {
            table for index, table in self.indexes.items()
            if index not in before.indexes and self.files.get(index, 0) not in known | {0}
        }  # fmt: skip
        return {
            "locks": sorted(self.locks - before.locks),
            "released": sorted(before.locks - self.locks),
            "rewritten": [oid for oid, file in self.files.items() if before.files.get(oid, file) != file],
            "built": sorted(built),
            "scanned": [
                [oid, scans - scanned, rows - read]
                for oid, (scans, rows) in self.scans.items()
                for scanned, read in [before.scans.get(oid, (0, 0))]
                if (scans, rows) != (scanned, read)
            ],
        }


def take(raw: Any, *, autocommit: bool, version: int) -> Snapshot:
    """Ask on the connection `raw`. Raises whatever its driver raises."""
    if autocommit and version >= _FLUSHES:
        ask(raw, "SELECT pg_catalog.pg_stat_force_next_flush()")
    found = json.loads(ask(raw, _FOR_EVER if autocommit else _IN_TRANSACTION))
    scans = found["scans"] if not autocommit or version >= _FLUSHES else None
    return Snapshot(
        frozenset((oid, mode[: -len("Lock")]) for oid, mode in found["locks"] or []),
        dict(found["files"] or []),
        dict(found["indexes"] or []),
        {oid: (int(count), int(rows)) for oid, count, rows in scans or []},
    )


def ask(raw: Any, question: str) -> Any:
    """The first value of the answer."""
    cursor = raw.cursor()
    try:
        cursor.execute(question)
        return cursor.fetchone()[0]
    finally:
        cursor.close()
