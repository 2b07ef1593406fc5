"""
The downgrade makes a table or a column that the upgrade did not take away.

It is still there when the downgrade runs, so the rollback fails at this line.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance, both_ways
from pipeline.review.schema.changes import Action, Kind

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="upgrade() does not drop the {kind} {subject}: undoing this revision fails here, because it already exists.",
    remedy="make in downgrade() only what upgrade() drops; delete this line, or drop {subject} in upgrade()",
)


@rule.in_source
def made_though_not_dropped(revision: Revision) -> Iterator[Hit]:
    scripts = both_ways(revision)
    if scripts is None or scripts[0].not_analysed:
        return
    balance = Balance.of(*scripts)
    for change in balance.differences(Direction.DOWNGRADE, made=True):
        expected = change.thing.kind in {Kind.TABLE, Kind.COLUMN} and change.action is Action.MAKE
        if expected and not change.tolerant and not balance.was_restored_with(change):
            yield Hit(
                str(change.thing), line=change.statement.line, direction=Direction.DOWNGRADE,
                values={"kind": change.thing.kind},
            )  # fmt: skip
