"""
All rows of a new partition are checked while nobody can read or write it.

ATTACH PARTITION takes only ShareUpdateExclusive on the parent, but AccessExclusive on the partition, and reads it to
see that every row belongs there, unless a validated CHECK says so. If there is a default partition, it is read too.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare, quoted, same
from pipeline.review.reading.parts import Kind
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="Reads and writes of {subject} wait while all its rows are checked to belong into {parent}.",
    remedy=(
        "Say beforehand what its rows have in common:\n{check}\nvalidate it in the next revision:\n{validate}\n"
        "then attach."
    ),
)


@rule.in_script
def unproven_partitions(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        for change in statement.changed("AttachPartition"):
            partition = change.partition or ""
            if not statement.is_new(partition) and not _is_proven(script.statements[:position], partition):
                yield _hit(statement, change.table, partition)


def _is_proven(before: list[Statement], partition: str) -> bool:
    for past in before:
        if any(same(one.table, partition) and one.kind == "ValidateConstraint" for one in past.changes):
            return True
        constraints = (*past.constraints, *past.added_constraints)
        checks = (one for one in constraints if one.kind is Kind.CHECK and not one.not_valid)
        if any(same(one.table, partition) for one in checks):
            return True
    return False


def _hit(statement: Statement, parent: str, partition: str) -> Hit:
    name = quoted(f"{bare(partition)}_bound")
    check = f"ALTER TABLE {quoted(partition)} ADD CONSTRAINT {name} CHECK (… IS NOT NULL AND …) NOT VALID"
    validate = f"ALTER TABLE {quoted(partition)} VALIDATE CONSTRAINT {name}"
    values = {"parent": parent, "check": execute(check), "validate": execute(validate)}
    return Hit(partition, statement.line, values)
