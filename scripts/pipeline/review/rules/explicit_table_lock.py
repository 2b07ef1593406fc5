"""
LOCK TABLE keeps others away for as long as the revision's transaction takes.

Whatever comes after it runs under the lock. A change of the schema takes the lock it needs by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Harm, Hit, Rule, Shown

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="{who} of {subject} wait until the whole revision is done.",
    remedy="Leave LOCK TABLE out: ALTER TABLE takes its own lock, and an UPDATE locks the rows it changes.",
    shown_by=Shown.LOCK,
)


@rule.in_sql
def locked_by_hand(statement: Statement) -> Iterator[Hit]:
    if statement.kind == "LockStmt":
        for table, lock in statement.locks.items():
            if lock.blocks_writes:
                yield Hit(table, values={"who": lock.words.capitalize()})
