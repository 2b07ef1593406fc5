"""
A new revision follows a merged one that another revision follows already.

Each branch is right by itself, and git merges two new files without a word; after the merge there are two heads.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.correction import follow
from pipeline.review.history import History
from pipeline.review.placement import behind_the_base
from pipeline.review.render.places import from_checkout
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} follows {parent}, and {base} has gone on to {wanted}: once merged there are two heads, and "
    "`upgrade head` of the next deploy fails.",
    remedy="{first}In {file}, line {line}:\n\n{text}",
    shown_by=None,
)


@rule.in_history
def revisions_behind_the_base(history: History) -> Iterator[Hit]:
    for found in behind_the_base(history):
        corrected = follow(found.revision, found.wanted.id)
        ref = history.base.ref if history.base else ""
        yield Hit(
            found.revision.id,
            corrected.line,
            {
                "parent": str(found.parent),
                "base": ref,
                "wanted": found.wanted.id,
                "first": ""
                if history.graph.find(found.wanted.id)
                else f"Bring your branch up to date: git rebase {ref}\n",
                "file": from_checkout(found.revision.file),
                "line": str(corrected.line),
                "text": corrected.text,
            },
            edits=corrected.edits,
            file=found.revision.file,
            revision=found.revision.id,
        )
