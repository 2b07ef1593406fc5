"""
An autocommit block comes after other changes of the same revision.

Entering the block commits them, without the version. If what is in the block fails (CONCURRENTLY does, on duplicates
or a deadlock), the changes stay and the revision counts as not applied: the next run fails on what is there already.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.changes import Action, changes

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    severity=Severity.WARNING,
    effect="This block commits {subject} (line {line}) without the version: if the block fails, so does the next run.",
    remedy="give the block a revision of its own, after this one; or let line {line} bear a second run (IF NOT EXISTS)",
)


@rule.in_source
def changes_before_a_block(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        block = next((one for one in script.statements if one.autocommit), None)
        if block is None:
            continue
        before = next(_not_repeatable(script, block), None)
        if before is not None:
            statement, subject = before
            yield Hit(subject, line=block.line, direction=direction, values={"line": str(statement.line)})


def _not_repeatable(script: Script, block: Statement) -> Iterator[tuple[Statement, str]]:
    """Yield what comes before `block` and fails the second time."""
    for statement in script.statements:
        if statement is block:
            return
        for change in changes(statement):
            if not change.tolerant and not change.conditional:
                verb = {Action.MAKE: "the new", Action.DROP: "the dropped", Action.RENAME: "the renamed"}[change.action]
                yield statement, f"{verb} {change.thing.kind} {change.thing}"
