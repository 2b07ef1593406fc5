"""
The upgrade takes something away, or renames it, and the downgrade does not bring it back.

A rollback is for going back to the release before: that one still reads the column under its old name.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction, Severity
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance, both_ways
from pipeline.review.schema.changes import Kind
from pipeline.review.schema.undoing import undone_by

rule = Rule(
    __name__,
    harm=Harm.CANNOT_BE_UNDONE,
    effect="After a rollback the {kind} {subject} is missing, and the release before this revision needs it.",
    remedy="bring it back in downgrade(): {code}",
)

_NEEDED = {Kind.TABLE, Kind.COLUMN, Kind.VIEW, Kind.FUNCTION, Kind.SEQUENCE}


@rule.in_source
def not_brought_back(revision: Revision) -> Iterator[Hit]:
    scripts = both_ways(revision)
    if scripts is None or scripts[1].not_analysed:
        return
    for change in Balance.of(*scripts).differences(Direction.UPGRADE, made=False):
        if change.thing.kind is Kind.TYPE:
            continue  # Whoever needs it in the downgrade fails without it: type-is-not-created.
        if change.tolerant and change.thing.kind is not Kind.COLUMN:
            continue  # IF EXISTS: nobody knows whether there was anything.
        yield Hit(
            str(change.thing), line=change.statement.line, direction=Direction.UPGRADE,
            values={"kind": change.thing.kind, "code": undone_by(revision, change)},
            severity=None if change.thing.kind in _NEEDED else Severity.WARNING,
        )  # fmt: skip
