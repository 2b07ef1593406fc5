"""
An index is built again while writes, and the reads that would use it, wait.

REINDEX takes Share on the table and AccessExclusive on the index. Planning a query looks at every index of its table,
so even reads that would not use it wait. CONCURRENTLY builds the new one beside the old, in every version since 12.
"""

from __future__ import annotations

from collections.abc import Iterator

import postgast

from pipeline.review.reading.naming import relation
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute, in_autocommit_block
from pipeline.review.rule import Harm, Hit, Rule

tree = postgast.pg_query_pb2

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Writes to the table wait while {subject} is built again, and so do reads, whose planning looks at it.",
    remedy="In a revision of its own:\n{code}",
)


@rule.in_sql
def plain_reindex(statement: Statement) -> Iterator[Hit]:
    node = statement.node
    if statement.kind != "ReindexStmt" or statement.concurrent or node.kind == tree.REINDEX_OBJECT_SYSTEM:
        return
    subject = relation(node.relation) if node.relation.relname else node.name or "the database"
    if not statement.is_new(subject):
        kind = tree.ReindexObjectType.Name(node.kind).removeprefix("REINDEX_OBJECT_")
        yield Hit(subject, values={"code": in_autocommit_block(execute(f"REINDEX {kind} CONCURRENTLY {subject}"))})
