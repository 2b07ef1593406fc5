"""
The statement refuses to run inside a transaction, and a revision is one.

Alembic begins a transaction before a revision's first statement. CONCURRENTLY commits on its own between its steps,
VACUUM and a few others likewise, so the server refuses them there: every time, in every environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import postgast

from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import edits_for, execute, in_autocommit_block, moved, only_operation
from pipeline.review.rule import Harm, Hit, Rule

tree = postgast.pg_query_pb2

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} cannot run inside a transaction, which a revision is: it fails, here and in production.",
    remedy="In a revision of its own:\n{code}",
)

_NEVER = {
    "CreatedbStmt": "CREATE DATABASE",
    "DropdbStmt": "DROP DATABASE",
    "AlterSystemStmt": "ALTER SYSTEM",
    "CreateTableSpaceStmt": "CREATE TABLESPACE",
    "DropTableSpaceStmt": "DROP TABLESPACE",
}
_CONCURRENT = {"IndexStmt": "CREATE INDEX CONCURRENTLY", "DropStmt": "DROP INDEX CONCURRENTLY"}
_WHOLE = {tree.REINDEX_OBJECT_SCHEMA, tree.REINDEX_OBJECT_SYSTEM, tree.REINDEX_OBJECT_DATABASE}


@rule.in_script
def refused_in_a_transaction(script: Script) -> Iterator[Hit]:
    for statement in script.statements:
        if statement.kind == "TransactionStmt":
            return  # From here on nobody can tell from the text whether there is a transaction.
        name = _refused(statement)
        if name is not None and not statement.autocommit:
            call = statement.call
            code = in_autocommit_block(moved(statement) if call and call.name != "execute" else execute(statement.sql))
            edits = edits_for(statement, code) if only_operation(script, statement) else ()
            yield Hit(name, statement.line, {"code": code}, edits=edits)


def _refused(statement: Statement) -> str | None:
    node: Any = statement.node
    if statement.concurrent and statement.kind in _CONCURRENT:
        return _CONCURRENT[statement.kind]
    if statement.kind == "AlterTableStmt" and statement.concurrent:
        return "DETACH PARTITION CONCURRENTLY"
    if statement.kind == "ReindexStmt" and (statement.concurrent or node.kind in _WHOLE):
        return "REINDEX CONCURRENTLY" if statement.concurrent else "REINDEX of more than a table"
    if statement.kind == "VacuumStmt" and node.is_vacuumcmd:
        return "VACUUM"
    if statement.kind == "ClusterStmt" and not node.relation.relname:
        return "CLUSTER of all tables"
    return _NEVER.get(statement.kind)
