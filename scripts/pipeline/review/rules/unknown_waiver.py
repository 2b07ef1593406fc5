"""A comment accepts what no rule is called: it accepts nothing, and whoever wrote it believes it does."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="The waiver names {named}, so it accepts nothing.",
    remedy="Name a rule; --list-rules has them:\n\n# review: allow rule-name -- why",
    shown_by=None,
)


def hit(name: str, known: Iterable[str]) -> Hit:
    """A Hit about a waiver of `name`, which is "" when it names nothing."""
    close = difflib.get_close_matches(name.lower().replace("_", "-"), known, n=1)
    return Hit(
        name or "no rule",
        values={"named": f"no rule of ours, {name}" if name else "no rule"},
        remedy=f"Perhaps it is this one that is meant:\n\n# review: allow {close[0]} -- why" if close else None,
    )
