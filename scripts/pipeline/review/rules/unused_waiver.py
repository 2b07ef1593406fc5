"""
A comment accepts a finding that is not there.

It was mended, or the comment stands in the wrong place; left behind, it would accept the next one in silence.
"""

from __future__ import annotations

from pipeline.review.finding import Severity
from pipeline.review.rule import Harm, Rule

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    severity=Severity.WARNING,
    effect="Nothing here is found by {subject}, so its waiver would accept the next fault of that kind in silence.",
    remedy="Remove {subject} from the comment, or move the comment onto the line it is for, or the one above.",
    shown_by=None,
)
