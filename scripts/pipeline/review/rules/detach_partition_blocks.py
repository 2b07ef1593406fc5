"""
Detaching a partition needs the whole partitioned table for itself alone.

DETACH PARTITION takes AccessExclusive on the parent: it waits for the longest query on any partition, and everybody
waits behind it. From PostgreSQL 14 on CONCURRENTLY waits beside them, outside of a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute, in_autocommit_block
from pipeline.review.rule import Harm, Hit, Rule, Shown

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="DETACH waits for every running query on {subject}, and all later ones wait behind it.",
    remedy="{code}",
    shown_by=Shown.LOCK,
)

_CONCURRENTLY = 14


@rule.in_sql
def plain_detach(statement: Statement) -> Iterator[Hit]:
    for change in statement.changed("DetachPartition"):
        if not change.concurrent:
            sql = f"ALTER TABLE {quoted(change.table)} DETACH PARTITION {quoted(change.partition or '')}"
            if statement.postgresql_version >= _CONCURRENTLY:
                code = "In a revision of its own:\n" + in_autocommit_block(execute(f"{sql} CONCURRENTLY"))
            else:
                code = (
                    "Give up quickly where it has to wait:\n"
                    + execute("SET LOCAL lock_timeout = '2s'")
                    + "\n"
                    + execute(sql)
                )
            yield Hit(change.table, values={"code": code})
