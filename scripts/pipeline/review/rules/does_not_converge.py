"""
Killed between two of its commits and run again, it does not end where it would have.

Lambda is killed, a connection breaks. What was committed stays, the version is not written, and the revision runs
again from its first line: each step before the last commit must cope with what it has done already.

A second run that fails says what is in its way, and somebody has to lead it on: a warning. One that passes and leaves
another schema tells nobody: an error. A statement alone in its revision is as safe as CONCURRENTLY can be: killed
between its commit and the version's, it is refused as being there already, which is information.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Direction, Severity
from pipeline.review.rule import Harm, Hit, Rule, Shown

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Crash, Proof

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="{what}.",
    remedy=(
        "Put what commits by itself (CONCURRENTLY, autocommit_block()) into a revision of its own, or let each step "
        "before it ask first: IF NOT EXISTS, IF EXISTS."
    ),
    shown_by=Shown.DIVERGENCE,
)


@rule.in_live
def diverging(proof: Proof) -> Iterator[Hit]:
    for crash in proof.crashes:
        if not crash.converged:
            yield _hit(proof, crash)
            return  # The first is enough: the others have the same cause.


def _hit(proof: Proof, crash: Crash) -> Hit:
    failure = crash.again.failure
    line = proof.line_of(failure) or proof.revision.line_of("revision")
    evidence = tuple(str(one) for one in crash.schema)
    return Hit(
        proof.revision.id, line, {"what": str(crash)}, direction=Direction.UPGRADE, evidence=evidence,
        severity=_severity(proof, crash),
    )  # fmt: skip


def _severity(proof: Proof, crash: Crash) -> Severity:
    if crash.again.failure is None:
        return Severity.ERROR
    alone = len(proof.upgrade.watched.statements) == 1
    return Severity.INFO if alone else Severity.WARNING
