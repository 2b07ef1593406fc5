"""
The upgrade makes something that the downgrade does not drop.

After a rollback it is still there, and applying the corrected revision fails: it already exists.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.editing import added_at_end
from pipeline.review.finding import Direction, Severity
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance, both_ways
from pipeline.review.schema.changes import Action, Kind
from pipeline.review.schema.undoing import undone_by

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="After a rollback the {kind} {subject} is still there, and the next upgrade fails: it exists already.",
    remedy="drop it in downgrade(): {code}",
)

_HARMLESS_TWICE = {Kind.SCHEMA, Kind.FUNCTION, Kind.VIEW}


@rule.in_source
def left_behind(revision: Revision) -> Iterator[Hit]:
    scripts = both_ways(revision)
    function = revision.function(Direction.DOWNGRADE)
    if scripts is None or function is None or scripts[1].not_analysed:
        return
    for change in Balance.of(*scripts).differences(Direction.UPGRADE, made=True):
        if change.action is Action.RENAME or change.thing.kind is Kind.TYPE:
            continue  # Renames and types have rules of their own.
        if change.tolerant and change.thing.kind in _HARMLESS_TWICE:
            continue
        code = undone_by(revision, change)
        yield Hit(
            str(change.thing), line=change.statement.line, direction=Direction.UPGRADE,
            values={"kind": change.thing.kind, "code": code}, edits=(added_at_end(revision, function, code),),
            severity=Severity.WARNING if change.tolerant else None,
        )  # fmt: skip
