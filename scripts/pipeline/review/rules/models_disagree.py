"""
With all revisions applied, the database is not what the models say.

Two databases are compared: the migrated one, and one that the models made of themselves. `alembic check` asks the same
and sees neither a server default nor a CHECK, an enum's labels, an index's method or predicate, a key's DEFERRABLE, a
collation, an identity or an exclusion; and autogenerate, which asks it, writes no revision for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Severity
from pipeline.review.rule import Harm, Hit, Rule

if TYPE_CHECKING:
    from pipeline.review.comparing.catalog import Difference
    from pipeline.review.drift import Drift
    from pipeline.review.proving.proof import Proof

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="The models and the migrated database disagree: {difference}.",
    remedy="Write the change into the revision by hand (autogenerate does not see everything), or into the model.",
    shown_by=None,
)


_UNKNOWN = "Whether it was there before this change is not known: {why}"


@rule.in_live
def disagreeing(proof: Proof) -> Iterator[Hit]:
    if proof.drift is not None:
        yield from disagreements(proof.drift, proof.drift_before)


def disagreements(now: Drift, before: Drift | None) -> Iterator[Hit]:
    """Each difference; `before` is how the models of the release in production differed, if there is one."""
    for one in now.findings:
        severity, note = _news(one, before)
        yield Hit(one.name, None, {"difference": str(one)}, severity=severity, evidence=note)


def _news(one: Difference, before: Drift | None) -> tuple[Severity | None, tuple[str, ...]]:
    if before is None:
        return None, ()
    if before.not_compared is not None:
        return Severity.WARNING, (_UNKNOWN.format(why=before.not_compared),)
    if one in before.findings:
        return Severity.INFO, ("It was there before this change.",)
    return None, ()
