"""A run that failed, as a Hit of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.review.finding import Direction, Severity
from pipeline.review.rule import Hit

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Proof
    from pipeline.review.running.trace import Run


def failure_of(proof: Proof, run: Run | None, what: str, severity: Severity | None = None) -> Hit | None:
    """Where and with which words `what` failed; None where it did not."""
    failure = run.failure if run else None
    if run is None or failure is None:
        return None
    words = "it was stopped, as it did not end" if failure.timed_out else failure.words.rstrip(".")
    line = proof.line_of(failure) or proof.revision.line_of("revision")
    evidence = [f"It sent: {failure.sql}"] if failure.sql else []
    evidence += [f"with {failure.values}"] if failure.values else []
    return Hit(
        proof.revision.id, line, {"what": what, "words": words}, direction=Direction(run.direction),
        evidence=tuple(evidence), severity=severity,
    )  # fmt: skip
