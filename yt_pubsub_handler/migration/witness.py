"""
Without this file a plan would be believed: what a revision does against a database can differ from what it writes down.

So the catalog is looked at before and after, in the revision's own transaction. What the server says is gone by our
hand must be what was accepted, or nothing is committed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.migration.losses import Loss

_Key = tuple[int, int]


@dataclass(frozen=True)
class _Column:
    """A column, or with number 0 its table, as the catalog has it."""

    name: str
    type: str
    ancestors: frozenset[int]
    """The tables it is a partition of."""


@dataclass(frozen=True)
class Witness:
    """What there was before a revision is undone, and what of it may go (None: nobody could say beforehand)."""

    accepted: frozenset[_Key] | None
    before: dict[_Key, _Column]


def look(connection: Connection, losses: Iterable[Loss]) -> Witness:
    """Look at the database before a revision's first statement; `losses` is what was accepted of it."""
    losses = list(losses)
    if any(loss.store is None for loss in losses):
        return Witness(None, {})
    addresses = [loss.store.address for loss in losses if loss.store is not None]
    return Witness(frozenset((one.number, one.part) for one in addresses), _catalog(connection))


def look_again(connection: Connection, witness: Witness) -> None:
    """
    Compare, after the revision's last statement and in its transaction, what is gone with what may go.

    Raises MigrationFailed ("unplanned-loss"), which is to undo the transaction. A TRUNCATE is seen by nobody here: the
    plan names it.
    """
    if witness.accepted is None:
        return
    after, ours = _catalog(connection), _locked_by_us(connection)
    unplanned = [
        f"{column.name} is gone" if key not in after else f"{column.name} was converted"
        for key, column in witness.before.items()
        if key[0] in ours and not _may_go(key, column, witness.accepted)
        if key not in after or after[key].type != column.type
    ]
    unplanned += [f"rows of {name} were changed" for name in connection.scalars(text(_CHANGED_ROWS))]
    if unplanned:
        raise MigrationFailed(
            "unplanned-loss",
            f"it did what its plan does not say: {', '.join(unplanned[:5])}{', …' if len(unplanned) > 5 else ''}",
        )


def _may_go(key: _Key, column: _Column, accepted: frozenset[_Key]) -> bool:
    tables = {key[0], *column.ancestors}
    return key in accepted or any((table, 0) in accepted for table in tables)


def _catalog(connection: Connection) -> dict[_Key, _Column]:
    return {
        (row.relation, row.number): _Column(row.name, row.type, frozenset(row.ancestors))
        for row in connection.execute(text(_COLUMNS))
    }


def _locked_by_us(connection: Connection) -> set[int]:
    """Return the tables that this transaction may have changed; what others drop meanwhile is none of our doing."""
    return set(connection.scalars(text(_LOCKED)))


_COLUMNS = """
SELECT c.oid AS relation, part.number, part.type,
    format('%I.%I', n.nspname, c.relname) || coalesce('.' || quote_ident(part.name), '') AS name,
    CASE WHEN c.relispartition THEN ARRAY(SELECT CAST(CAST(relid AS oid) AS bigint) FROM pg_partition_ancestors(c.oid))
         ELSE CAST('{}' AS bigint[]) END AS ancestors
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT 0 AS number, NULL AS name, '' AS type
    UNION ALL
    SELECT attnum, attname, format('%s %s', atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
) AS part
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
AND n.nspname NOT IN ('information_schema', 'pipeline') AND n.nspname !~ '^pg_'
"""
_LOCKED = """
SELECT relation FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode = 'AccessExclusiveLock'
"""
# Alembic's own table is known by its only column, whatever it is called.
_CHANGED_ROWS = """
SELECT format('%I.%I', schemaname, relname) FROM pg_stat_xact_user_tables s
WHERE n_tup_upd + n_tup_del > 0 AND schemaname <> 'pipeline' AND NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = relid AND attnum > 0 HAVING array_agg(attname) = '{version_num}')
ORDER BY 1
"""
