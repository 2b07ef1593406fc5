"""
Triggers are made and switched under a lock that stops writers, and dropped under one that stops everybody.

CREATE, ENABLE and DISABLE TRIGGER take ShareRowExclusive, DROP TRIGGER takes AccessExclusive: for a moment, once they
have it. What waits longer is whatever else the revision does, and whoever queues behind a long transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule, Shown

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.INFO,
    effect="{who} of {subject} wait until the transaction that changes its triggers ends.",
    remedy="Leave it alone in its revision, with a short limit:\n{code}",
    shown_by=Shown.LOCK,
)


@rule.in_sql
def changed_triggers(statement: Statement) -> Iterator[Hit]:
    switched = any("Trig" in change.kind for change in statement.changes)
    if statement.kind == "CreateTrigStmt" or statement.drops("TRIGGER") or switched:
        for table, lock in statement.locks.items():
            code = execute("SET LOCAL lock_timeout = '2s'")
            yield Hit(table, values={"who": lock.words.capitalize(), "code": code})
