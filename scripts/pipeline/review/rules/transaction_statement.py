"""
The revision ends a transaction that is not its own.

Alembic begins one before the revision and records it as done at the end. A COMMIT in between keeps one half and lets
the other fail, with nothing recorded, so the rerun meets what is already there; a ROLLBACK takes back what Alembic
believes is done. What has to run outside a transaction has autocommit_block() for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import postgast

from pipeline.review.finding import Severity
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

tree = postgast.pg_query_pb2

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="{subject} is about Alembic's own transaction: if anything fails after it, half of the revision is kept.",
    remedy=(
        "Leave {subject} out; for what cannot run inside a transaction, in a revision of its own:\n"
        "with op.get_context().autocommit_block():\n    …"
    ),
    shown_by=None,
)

_BEGIN = {tree.TRANS_STMT_BEGIN: "BEGIN", tree.TRANS_STMT_START: "START TRANSACTION"}
_END = {
    tree.TRANS_STMT_COMMIT: "COMMIT",
    tree.TRANS_STMT_ROLLBACK: "ROLLBACK",
    tree.TRANS_STMT_PREPARE: "PREPARE TRANSACTION",
}


@rule.in_script
def foreign_ends(script: Script) -> Iterator[Hit]:
    begun = False
    for statement in script.statements:
        if statement.kind != "TransactionStmt":
            continue
        kind = statement.node.kind
        if kind in _BEGIN:
            begun = statement.autocommit
            if not begun:
                effect = "Alembic has begun a transaction already: leave {subject} out."
                yield Hit(
                    _BEGIN[kind], statement.line, remedy=effect.format(subject=_BEGIN[kind]), severity=Severity.WARNING
                )
        elif kind in _END and not begun:
            yield Hit(_END[kind], statement.line)
