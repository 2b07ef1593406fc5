"""
An exclusion constraint builds its index while nobody can read or write the table, and there is no other way.

ADD … EXCLUDE takes AccessExclusive and builds the index under it. It has no NOT VALID and no USING INDEX, so a large
table gets it by way of a new table that has it from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.parts import Kind
from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {subject} wait while the index of {constraint} is built.",
    remedy=(
        "There is no online form: create a table that has the constraint, fill it in batches, and switch;\n"
        "or accept the wait for a table that is small:\n"
        "# review: allow exclude-constraint-blocks -- {subject} has few rows"
    ),
)


@rule.in_sql
def built_exclusions(statement: Statement) -> Iterator[Hit]:
    for one in statement.added_constraints:
        if one.kind is Kind.EXCLUDE and not statement.is_new(one.table):
            yield Hit(one.table, values={"constraint": one.name or "the constraint"})
