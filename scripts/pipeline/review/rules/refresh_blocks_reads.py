"""
A materialized view cannot be read while it is refreshed.

REFRESH takes AccessExclusive for as long as the query runs. CONCURRENTLY compares old and new beside the readers; it
asks for a unique index over plain columns, and for a view that has been filled once.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import relation
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import as_sql, changed, execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Every read of {subject} waits until its query has run.",
    remedy="With a unique index on {subject}:\n{code}",
)


@rule.in_sql
def plain_refresh(statement: Statement) -> Iterator[Hit]:
    if statement.kind != "RefreshMatViewStmt" or statement.concurrent or statement.node.skip_data:
        return
    view = relation(statement.node.relation)
    if not statement.is_new(view):
        yield Hit(view, values={"code": execute(as_sql(changed(statement.node, concurrent=True)))})
