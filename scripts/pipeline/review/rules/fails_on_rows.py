"""
It goes through on an empty database and fails on one with rows, which is what production has.

The rows were made from the schema: whatever types, constraints and keys allow may be there one day. Where it is known
that production has none of that kind, a waiver says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Severity
from pipeline.review.proving.failures import failure_of
from pipeline.review.rule import Harm, Hit, Rule, Shown

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Proof

rule = Rule(
    __name__,
    harm=Harm.FAILS_ON_DATA,
    effect="The {what} goes through on an empty database and fails on rows that the schema allows: {words}.",
    remedy=(
        "Clean the rows up first, in a revision of its own, or let a constraint refuse them before; "
        "if there are none of that kind in production, waive this with the reason."
    ),
    shown_by=Shown.FAILURE,
)


@rule.in_live
def failing(proof: Proof) -> Iterator[Hit]:
    for passage in proof.expected:
        passes = passage.empty is not None and passage.empty.failure is None
        if passes and (hit := failure_of(proof, passage.watched, passage.direction)):
            yield hit
    if proof.downgrade is not None and proof.downgrade.passed and not proof.revision.irreversible:
        what = "downgrade, after the new release has written rows,"
        if hit := failure_of(proof, proof.with_newer_rows, what, Severity.WARNING):
            yield hit
