"""
A table disappears, for the tests of what is told about a rule.

A list<int> is no element, `<code>` is code.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    effect="All rows of {subject} are gone, and {how} does not bring them back.",
    remedy='Keep it a while:\n\n    op.rename_table("{subject}", "{subject}_{{old}}")',
)


@rule.in_sql
def forgotten(statement: Statement) -> Iterator[Hit]:
    if statement.kind == "DropStmt":
        yield Hit("videos", values={"how": "going back"})
