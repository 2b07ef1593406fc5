"""
One transaction keeps several tables to itself at once.

Each AccessExclusive lock is waited for while the earlier ones are held, and the application may take the same tables
in another order, which is a deadlock. One table in a revision, and each wait is a wait for one lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule, Shown

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.INFO,
    effect="While this waits for {subject}, nobody can use {held}.",
    remedy="Give the statements about {subject} a revision of their own.",
    shown_by=Shown.LOCK,
)


@rule.in_script
def more_than_one_table(script: Script) -> Iterator[Hit]:
    held: dict[int, list[str]] = {}
    for statement in script.statements:
        mine = held.setdefault(statement.transaction, [])
        taken = [table for table, lock in statement.locks.items() if lock.blocks_reads and table not in mine]
        if taken and len(mine) == 1:  # Said once in a transaction, where the second one comes.
            yield Hit(taken[0], statement.line, {"held": mine[0]})
        mine.extend(taken)
