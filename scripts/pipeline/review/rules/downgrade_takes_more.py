"""
The downgrade drops something that the upgrade did not make, mostly by a slip of the pen or a copied file.

What it drops was there before, with its rows; a rollback would be the moment it is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction, Severity
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance, both_ways
from pipeline.review.schema.changes import Kind

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    effect="upgrade() does not make the {kind} {subject}: undoing this revision takes away what was there before it.",
    remedy="drop in downgrade() only what upgrade() makes; delete this line, or mend the name",
)

_WITH_ROWS = {Kind.TABLE, Kind.COLUMN}


@rule.in_source
def dropped_though_not_made(revision: Revision) -> Iterator[Hit]:
    scripts = both_ways(revision)
    if scripts is None or scripts[0].not_analysed:
        return
    for change in Balance.of(*scripts).differences(Direction.DOWNGRADE, made=False):
        if change.tolerant:
            continue  # IF EXISTS is what one writes who knows that it may not be there.
        yield Hit(
            str(change.thing), line=change.statement.line, direction=Direction.DOWNGRADE,
            values={"kind": change.thing.kind},
            severity=None if change.thing.kind in _WITH_ROWS else Severity.WARNING,
        )  # fmt: skip
