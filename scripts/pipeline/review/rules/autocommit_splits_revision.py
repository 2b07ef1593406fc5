"""
The revision can stop half way, and cannot be run again.

An autocommit block commits what came before it, and each of its statements by itself, while the revision is recorded
as done only at the end. If something fails in between, the rerun meets what is already there: "column already exists".
Alone in its revision, a statement is done or not; what has to go together says IF NOT EXISTS, and can be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import postgast

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import in_autocommit_block, moved
from pipeline.review.rule import Harm, Hit, Rule, Shown

tree = postgast.pg_query_pb2

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    severity=Severity.WARNING,
    effect="If line {failing} fails, this is committed and the revision is not: its rerun fails here, on {subject}.",
    remedy="Give it a revision of its own:\n{code}",
    shown_by=Shown.DIVERGENCE,
)

_AGAIN = {
    "SelectStmt", "VariableSetStmt", "CommentStmt", "VacuumStmt", "ReindexStmt", "ClusterStmt", "RefreshMatViewStmt",
    "GrantStmt", "UpdateStmt", "DeleteStmt", "TruncateStmt", "TransactionStmt", "LockStmt", "DoStmt", "AlterOwnerStmt",
    "ExplainStmt", "VariableShowStmt", "CheckPointStmt", "ExecuteStmt", "CallStmt", "AlterRoleSetStmt",
}  # fmt: skip
_CHANGED_AGAIN = {
    "ValidateConstraint", "SetNotNull", "DropNotNull", "ColumnDefault", "AlterColumnType", "SetStatistics",
    "SetOptions", "ResetOptions", "SetStorage", "SetCompression", "SetRelOptions", "ResetRelOptions", "ClusterOn",
    "DropCluster", "SetLogged", "SetUnLogged", "SetTableSpace", "ChangeOwner", "ReplicaIdentity", "EnableRowSecurity",
    "DisableRowSecurity", "ForceRowSecurity", "NoForceRowSecurity", "EnableTrig", "DisableTrig", "EnableTrigAll",
    "DisableTrigAll", "EnableTrigUser", "DisableTrigUser",
}  # fmt: skip


@rule.in_script
def committed_before_the_end(script: Script) -> Iterator[Hit]:
    if not any(statement.autocommit for statement in script.statements):
        return
    for position, statement in enumerate(script.statements):
        later = next(
            (one for one in script.statements[position + 1 :] if one.transaction != statement.transaction), None
        )
        if later is not None and not _repeatable(statement, script.statements[:position]):
            code = in_autocommit_block(moved(statement)) if statement.autocommit else moved(statement)
            yield Hit(_subject(statement), statement.line, {"failing": str(later.line), "code": code})
            return  # One such statement is enough to say: the remedy is to split the revision.


def _repeatable(statement: Statement, before: list[Statement]) -> bool:
    """Whether a second run of it finds nothing in its way."""
    node: Any = statement.node
    asked_first = statement.call is not None and statement.call.conditional  # if not inspector.has_table(…)
    if statement.kind in _AGAIN or asked_first:
        return True
    if statement.kind == "AlterTableStmt":
        return all(_change_repeatable(one.kind, one.node) for one in statement.changes) and bool(statement.changes)
    if statement.kind == "AlterEnumStmt":
        return bool(node.skip_if_new_val_exists)
    if statement.kind == "IndexStmt" and any(node.idxname in map(bare, one.drops("INDEX")) for one in before):
        return True
    return bool(
        getattr(node, "if_not_exists", False) or getattr(node, "missing_ok", False) or getattr(node, "replace", False)
    )


def _change_repeatable(kind: str, node: Any) -> bool:
    return kind in _CHANGED_AGAIN or bool(node.missing_ok)


def _subject(statement: Statement) -> str:
    if statement.kind == "IndexStmt":
        return str(statement.node.idxname)
    return statement.table or ", ".join(statement.dropped) or statement.kind.removesuffix("Stmt")
