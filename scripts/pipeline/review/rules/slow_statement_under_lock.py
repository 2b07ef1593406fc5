"""
A statement that takes long runs while the same transaction keeps readers or writers of a table waiting.

A lock lasts until its transaction ends. What is over in a moment by itself (ADD COLUMN) becomes an outage when an index
is built, a constraint is validated or a view is filled behind it. One revision each, and nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.review.finding import Severity
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import moved
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="{who} of {subject}, locked by line {line}, wait until this has run too: {slow}.",
    remedy="Give it a revision of its own, after this one:\n{code}",
)


@rule.in_script
def slow_while_locked(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        slow = _slow(statement)
        holder = slow and _holder(script.statements[:position], statement)
        if slow and holder:
            table, lock, before = holder
            values = {
                "who": lock.words.capitalize(), "line": str(before.line), "slow": slow, "code": moved(statement)
            }  # fmt: skip
            yield Hit(table, statement.line, values)


def _holder(before: list[Statement], statement: Statement) -> Any:
    """The table that an earlier statement of the transaction keeps others away from, though this one does not."""
    own = {table for table, lock in statement.locks.items() if lock.blocks_writes}
    for past in before:
        if past.transaction != statement.transaction or past.line == statement.line:
            continue
        for table, lock in past.locks.items():
            if lock.blocks_reads and table not in own and not _adds(past, statement):
                return table, lock, past
    return None


def _adds(past: Statement, statement: Statement) -> bool:
    """VALIDATE of what this very transaction added has a rule of its own."""
    validated = {change.name for change in statement.changed("ValidateConstraint")}
    return any(one.name in validated for one in past.added_constraints)


def _slow(statement: Statement) -> str | None:
    """What takes long about a statement; what writes rows has a rule of its own."""
    for change in statement.changed("ValidateConstraint"):
        return f"every row of {change.table} is checked"
    if statement.kind == "IndexStmt" and not statement.concurrent and statement.locks:
        return f"an index of {statement.table} is built"
    if statement.kind == "RefreshMatViewStmt":
        return f"{statement.table} is filled"
    if statement.kind == "CreateTableAsStmt" and not statement.node.into.skip_data:
        read = [table for table in statement.tables[1:] if not statement.is_new(table)]
        return f"{read[0]} is read" if read else None
    return None
