"""
One at a time they pass; all pending ones as one command do not.

Without `transaction_per_migration` all of them run in one transaction: a label that one adds to an enum cannot be used
by the next before it is committed, and what one does to a table holds its lock until the last is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Direction
from pipeline.review.rule import Harm, Hit, Rule

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Proof

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="Run with the other pending revisions as one command, it {outcome}.",
    remedy="Set transaction_per_migration=True in env.py's context.configure(), or deploy the revisions one by one.",
    shown_by=None,
)


@rule.in_live
def together(proof: Proof) -> Iterator[Hit]:
    both = proof.together
    if both is None:
        return
    for run in (both.upgrade, both.downgrade):
        if run is not None and run.failure is not None and proof.is_told(run.failure):
            yield Hit(
                proof.revision.id, run.failure.line, {"outcome": f"fails: {run.failure.words.rstrip('.')}"},
                direction=Direction(run.direction), evidence=(f"The {run.direction} to {run.target}.",),
            )  # fmt: skip
    if both.schema and proof.is_last:
        outcome = f"leaves another schema than one by one: {both.schema[0]}"
        yield Hit(proof.revision.id, None, {"outcome": outcome}, evidence=tuple(str(one) for one in both.schema))
