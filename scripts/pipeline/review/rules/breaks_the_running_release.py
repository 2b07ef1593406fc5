"""
The release that serves cannot work on the new schema, and it has to until traffic moves.

Its own models were read and written, through its own ORM, before the upgrade and after it, on connections that stayed
open and on new ones. What worked before and fails now is what users get between the migration and the promotion, and
again whenever traffic is rolled back without the schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Direction, Severity
from pipeline.review.rule import Harm, Hit, Rule, Shown

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Proof

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="The release in production fails on the new schema: {what}.",
    remedy="Add now, remove later: let a release that does without it serve first, and change the schema after that.",
    shown_by=Shown.BREAKAGE,
)

_MOST_EVIDENCE = 8
_PLAN = "cached plan must not change result type"
"""What a statement that was prepared before the upgrade fails with, until it is prepared anew: once a connection."""


@rule.in_window
def broken(proof: Proof) -> Iterator[Hit]:
    for subject, said in _by_table(proof).items():
        first, *others = said
        severity = Severity.WARNING if all(_PLAN in one for one in said) else Severity.ERROR
        yield Hit(
            subject, None, {"what": first.rstrip(".")}, direction=Direction.UPGRADE, severity=severity,
            evidence=tuple(others[:_MOST_EVIDENCE]),
        )  # fmt: skip


def _by_table(proof: Proof) -> dict[str, list[str]]:
    """What fails on a connection that stayed open and on a new one alike is said once."""
    found: dict[str, dict[tuple[str, str | None, str], str]] = {}
    for one in proof.broken or ():
        found.setdefault(one.table or one.model, {}).setdefault((one.operation, one.about, one.words), str(one))
    return {subject: list(said.values()) for subject, said in found.items()}
