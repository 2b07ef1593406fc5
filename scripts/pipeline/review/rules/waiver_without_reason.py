"""
A comment accepts a finding and does not say why.

Whoever reads it next cannot tell whether the reason still holds, so it accepts nothing.
"""

from __future__ import annotations

from pipeline.review.rule import Harm, Rule

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="The waiver of {subject} gives no reason, so it accepts nothing: nobody could tell later whether it still "
    "holds.",
    remedy="Say why it is safe here:\n\n# review: allow {subject} -- why",
    shown_by=None,
)
