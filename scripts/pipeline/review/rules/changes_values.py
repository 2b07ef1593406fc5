"""
Values are not what they were, though nobody wrote to them.

A change of type that goes through may still change what is stored: digits cut off, duplicate keys of JSON gone, a time
in another zone. Rows are compared one by one with a copy from before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Direction, Severity
from pipeline.review.proving.evidence import short
from pipeline.review.rule import Harm, Hit, Rule, Shown

if TYPE_CHECKING:
    from pipeline.review.comparing.rows import TableChange
    from pipeline.review.proving.proof import Proof

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    effect="{change}.",
    remedy="Keep the old values in a column of their own until the new ones are known to be right, or waive it: why?",
    shown_by=Shown.LOSS,
)


@rule.in_live
def changed(proof: Proof) -> Iterator[Hit]:
    for change in proof.upgrade.rows:
        if change.loses:
            retyped = any(_is_retyped(proof, change, one.column) for one in change.changed)
            yield Hit(
                short(change.table),
                _line(proof, change.table),
                {"change": str(change)},
                severity=Severity.ERROR if retyped else Severity.INFO,
                direction=Direction.UPGRADE,
            )
    for change in proof.not_brought_back:
        if change.loses:
            said = {"change": f"Undone, it has not brought back {change}"}
            yield Hit(short(change.table), None, said, severity=Severity.INFO, direction=Direction.DOWNGRADE)


def _is_retyped(proof: Proof, change: TableChange, column: str) -> bool:
    """An UPDATE changes values because somebody wanted it; a change of type was to keep them."""
    ends = f"{short(change.table)}.{column}"
    return any(one.kind == "column" and short(one.name) == ends for one in proof.upgrade.schema)


def _line(proof: Proof, table: str) -> int | None:
    """The first statement that rewrote the table, or locked it."""
    for ran in proof.upgrade.watched.statements:
        touched = (*ran.rewritten, *(lock.relation for lock in ran.locks))
        if any(short(one) == short(table) for one in touched):
            return ran.line
    return None
