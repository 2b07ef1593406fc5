"""
A new table with foreign keys stops writers of each table it refers to, until its transaction ends.

CREATE TABLE … REFERENCES takes ShareRowExclusive on every parent: for a moment each, but all of them together, and in
an order that may not be the application's. One parent is everyday and not mentioned.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare, relation
from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Harm, Hit, Rule, Shown

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.INFO,
    effect="Writes to {parents} wait together until the transaction that creates {subject} ends.",
    remedy="Create {subject} with one foreign key, and add the others in revisions of their own: each takes a moment.",
    shown_by=Shown.LOCK,
)


@rule.in_sql
def several_parents(statement: Statement) -> Iterator[Hit]:
    if statement.kind != "CreateStmt":
        return
    own = relation(statement.node.relation)
    parents = [table for table, lock in statement.locks.items() if lock.blocks_writes and table != own]
    if len(parents) > 1:
        yield Hit(bare(own), values={"parents": ", ".join(parents)})
