"""
It fails on an empty database too, so it fails everywhere.

Whatever the reason, PostgreSQL has said it. Upgrade and downgrade are both run: a downgrade that fails is found out on
the night it is needed. The upgrade is run a second time after the downgrade, which is when a type that was left behind
is in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.proving.failures import failure_of
from pipeline.review.rule import Harm, Hit, Rule, Shown

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Proof

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="The {what} fails, with rows and without: {words}.",
    remedy="Run it on a database of yours, up and down, until both go through.",
    shown_by=Shown.FAILURE,
)


@rule.in_live
def failing(proof: Proof) -> Iterator[Hit]:
    for passage in proof.expected:
        passes = passage.empty is not None and passage.empty.failure is None
        if not passes and (hit := failure_of(proof, passage.watched, passage.direction)):
            yield hit
    if not proof.revision.irreversible and (
        hit := failure_of(proof, proof.again, "second upgrade, after a downgrade,")
    ):
        yield hit
