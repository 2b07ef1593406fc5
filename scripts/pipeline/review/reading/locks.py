"""
Which tables a statement locks, and how: what the server does, told from the statement alone.

Measured on PostgreSQL 12 to 18; a test holds every line of this to the measurements. Only tables that the statement
names are told: what a CASCADE reaches, or the table of an index that is dropped, is in the catalog.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import postgast

from pipeline.review.reading.naming import relation
from pipeline.review.reading.parts import Change, Kind

if TYPE_CHECKING:
    from pipeline.review.reading.statement import Statement

tree = postgast.pg_query_pb2


class Lock(IntEnum):
    """PostgreSQL's table locks, by its own numbers."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def blocks_writes(self) -> bool:
        return self >= Lock.SHARE

    @property
    def blocks_reads(self) -> bool:
        return self is Lock.ACCESS_EXCLUSIVE

    @property
    def words(self) -> str:
        """What waits: `reads and writes`, `writes`, or nothing."""
        return "reads and writes" if self.blocks_reads else "writes" if self.blocks_writes else "nothing"


_WEAKER = {
    "ValidateConstraint": Lock.SHARE_UPDATE_EXCLUSIVE,
    "SetStatistics": Lock.SHARE_UPDATE_EXCLUSIVE,
    "SetOptions": Lock.SHARE_UPDATE_EXCLUSIVE,
    "ResetOptions": Lock.SHARE_UPDATE_EXCLUSIVE,
    "SetRelOptions": Lock.SHARE_UPDATE_EXCLUSIVE,
    "ResetRelOptions": Lock.SHARE_UPDATE_EXCLUSIVE,
    "ClusterOn": Lock.SHARE_UPDATE_EXCLUSIVE,
    "DropCluster": Lock.SHARE_UPDATE_EXCLUSIVE,
    "AttachPartition": Lock.SHARE_UPDATE_EXCLUSIVE,
    "DetachPartitionFinalize": Lock.SHARE_UPDATE_EXCLUSIVE,
    **{
        f"{verb}{what}": Lock.SHARE_ROW_EXCLUSIVE
        for verb in ("Enable", "Disable", "EnableAlways", "EnableReplica")
        for what in ("Trig", "TrigAll", "TrigUser")
    },
}
# Statements that lock the one table they are about.
_OWN_TABLE = {
    "RenameStmt": Lock.ACCESS_EXCLUSIVE,
    "AlterObjectSchemaStmt": Lock.ACCESS_EXCLUSIVE,
    "RuleStmt": Lock.ACCESS_EXCLUSIVE,
    "CreateTrigStmt": Lock.SHARE_ROW_EXCLUSIVE,
    "InsertStmt": Lock.ROW_EXCLUSIVE,
    "UpdateStmt": Lock.ROW_EXCLUSIVE,
    "DeleteStmt": Lock.ROW_EXCLUSIVE,
    "MergeStmt": Lock.ROW_EXCLUSIVE,
    "ClusterStmt": Lock.ACCESS_EXCLUSIVE,
}
_DETACH_LOCKS_PARTITION = 14
_DROPPED_WITH_TABLE = {tree.OBJECT_TRIGGER, tree.OBJECT_POLICY, tree.OBJECT_RULE}
_DROPPED = {tree.OBJECT_TABLE, tree.OBJECT_VIEW, tree.OBJECT_MATVIEW, tree.OBJECT_FOREIGN_TABLE}


def locks(statement: Statement) -> dict[str, Lock]:
    """Return the strongest lock on each table that `statement` names, those that are new among them."""
    found: dict[str, Lock] = {}
    for table, lock in _taken(statement):
        found[table] = max(lock, found.get(table, lock))
    return found


def _taken(statement: Statement) -> Iterator[tuple[str, Lock]]:
    node = statement.node
    for change in statement.changes:
        yield from _of_change(change, statement.postgresql_version)
    if statement.kind in _OWN_TABLE and statement.table is not None:
        yield statement.table, _OWN_TABLE[statement.kind]
    elif statement.kind == "IndexStmt":
        yield relation(node.relation), Lock.SHARE_UPDATE_EXCLUSIVE if node.concurrent else Lock.SHARE
    elif statement.kind == "CreateStmt":
        yield from _of_create_table(statement)
    elif statement.kind == "DropStmt":
        yield from _of_drop(statement)
    elif statement.kind == "TruncateStmt":
        yield from ((relation(one.range_var), Lock.ACCESS_EXCLUSIVE) for one in node.relations)
    elif statement.kind == "LockStmt":
        yield from ((relation(one.range_var), Lock(node.mode)) for one in node.relations)
    else:
        yield from _of_maintenance(statement)


def _of_change(change: Change, version: int) -> Iterator[tuple[str, Lock]]:
    constraint = change.constraint
    if change.concurrent:
        yield change.table, Lock.SHARE_UPDATE_EXCLUSIVE
    elif constraint is not None and constraint.kind is Kind.FOREIGN_KEY:
        yield change.table, Lock.SHARE_ROW_EXCLUSIVE
    else:
        yield change.table, _WEAKER.get(change.kind, Lock.ACCESS_EXCLUSIVE)
    behind = change.column.constraints if change.column is not None else ()
    for one in (constraint, *behind):
        if one is not None and one.referred is not None:
            yield one.referred, Lock.SHARE_ROW_EXCLUSIVE
    if change.partition is not None:
        gentle = change.kind == "DetachPartition" and version < _DETACH_LOCKS_PARTITION
        yield change.partition, Lock.SHARE_UPDATE_EXCLUSIVE if gentle else Lock.ACCESS_EXCLUSIVE


def _of_create_table(statement: Statement) -> Iterator[tuple[str, Lock]]:
    for one in statement.constraints:
        if one.referred is not None:
            yield one.referred, Lock.SHARE_ROW_EXCLUSIVE
    for parent in statement.node.inh_relations:
        is_partition = statement.node.HasField("partbound")
        yield relation(parent.range_var), Lock.ACCESS_EXCLUSIVE if is_partition else Lock.SHARE_UPDATE_EXCLUSIVE


def _of_drop(statement: Statement) -> Iterator[tuple[str, Lock]]:
    if statement.node.remove_type in _DROPPED:
        yield from ((name, Lock.ACCESS_EXCLUSIVE) for name in statement.dropped)
    elif statement.node.remove_type in _DROPPED_WITH_TABLE:
        yield from ((name.rpartition(".")[0], Lock.ACCESS_EXCLUSIVE) for name in statement.dropped)


def _of_maintenance(statement: Statement) -> Iterator[tuple[str, Lock]]:
    node: Any = statement.node
    if statement.kind == "RefreshMatViewStmt":
        yield relation(node.relation), Lock.EXCLUSIVE if node.concurrent else Lock.ACCESS_EXCLUSIVE
    elif statement.kind == "ReindexStmt" and node.relation.relname and node.kind == tree.REINDEX_OBJECT_TABLE:
        yield relation(node.relation), Lock.SHARE_UPDATE_EXCLUSIVE if statement.concurrent else Lock.SHARE
    elif statement.kind == "VacuumStmt":
        full = statement.has_option("full")
        lock = Lock.ACCESS_EXCLUSIVE if full else Lock.SHARE_UPDATE_EXCLUSIVE
        yield from ((relation(one.vacuum_relation.relation), lock) for one in node.rels)
    elif statement.kind in {"CreatePolicyStmt", "AlterPolicyStmt"}:
        yield relation(node.table), Lock.ACCESS_EXCLUSIVE
    elif statement.kind == "ViewStmt" and node.replace:
        yield relation(node.view), Lock.ACCESS_EXCLUSIVE
    elif statement.kind == "CreateStatsStmt":
        yield from ((relation(one.range_var), Lock.SHARE_UPDATE_EXCLUSIVE) for one in node.relations)
    elif statement.kind == "CommentStmt" and node.objtype in {tree.OBJECT_TABLE, tree.OBJECT_COLUMN}:
        yield statement.commented, Lock.SHARE_UPDATE_EXCLUSIVE
