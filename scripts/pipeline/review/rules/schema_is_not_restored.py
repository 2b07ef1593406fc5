"""
After upgrade and downgrade the schema is not the one from before, by PostgreSQL's own account of it.

Two real catalogs are compared: columns, constraints with their definitions, indexes, enum labels, triggers, functions,
rights. What a downgrade leaves behind or forgets to bring back, the next upgrade or the older release trips on.
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
    harm=Harm.CANNOT_BE_UNDONE,
    effect="Undone, it leaves a schema that is not the one from before: {first}{more}.",
    remedy='Let downgrade() bring back what is listed, or say at the top of the file: irreversible = "why".',
    severity=Severity.WARNING,
    shown_by=Shown.REMAINS,
)
_MOST_EVIDENCE = 12


@rule.in_live
def different(proof: Proof) -> Iterator[Hit]:
    found = proof.not_restored
    if not found or proof.revision.irreversible:
        return
    downgrade = proof.revision.function("downgrade")
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    yield Hit(
        proof.revision.id,
        downgrade.lineno if downgrade else None,
        {"first": str(found[0]), "more": more},
        direction=Direction.DOWNGRADE,
        evidence=tuple(str(one) for one in found[:_MOST_EVIDENCE]),
    )
