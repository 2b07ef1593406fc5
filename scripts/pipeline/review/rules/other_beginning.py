"""
A revision follows nothing although the history has begun elsewhere: a lost `down_revision`.

It is a head of its own line, or begins one, so `upgrade head` fails. A second beginning that carries a branch label,
or is joined with the first by a merge revision, is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.correction import follow
from pipeline.review.history import History
from pipeline.review.placement import other_beginnings
from pipeline.review.render.places import from_checkout
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} follows nothing, beside a history that ends in {wanted}: there are two heads, and `upgrade head` "
    "of the next deploy fails.",
    remedy="In {file}, line {line}:\n\n{text}",
    shown_by=None,
)


@rule.in_history
def beginnings_beside_the_first(history: History) -> Iterator[Hit]:
    for found in other_beginnings(history):
        corrected = follow(found.revision, found.wanted.id)
        values = {
            "wanted": found.wanted.id,
            "file": from_checkout(found.revision.file),
            "line": str(corrected.line),
            "text": corrected.text,
        }
        yield Hit(
            found.revision.id,
            corrected.line,
            values,
            edits=corrected.edits if found.revision.id in history.added else (),
            file=found.revision.file,
            revision=found.revision.id,
        )
