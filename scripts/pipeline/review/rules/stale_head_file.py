"""
The file head.txt beside the revisions does not say what the head is.

It is there so that two pull requests that each add a revision conflict in git, instead of both being merged and leaving
two heads. A directory that has never had one is not asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.head_file import head_text
from pipeline.review.history import History
from pipeline.review.placement import behind_the_base, competing_heads, other_beginnings
from pipeline.review.render.places import from_checkout
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} {says}: the next pull request with a revision is merged beside this one without a conflict, "
    "there are two heads, and `upgrade head` of the next deploy fails.",
    remedy="Write it, or let --fix do it: printf '{printed}' > {subject}",
    shown_by=None,
)


@rule.in_history
def head_files_that_are_stale(history: History) -> Iterator[Hit]:
    unsettled = history.unplaced or not history.complete or not history.revisions
    if history.head_file is None or unsettled:
        return
    if competing_heads(history) or behind_the_base(history) or other_beginnings(history) or history.graph.cycles:
        # Which head is to be written is told by whoever mends that first.
        return
    wanted, text = head_text(history.graph.heads), history.head_file.text
    if text != wanted:
        says = "is gone" if text is None else f"does not say {' '.join(wanted.split())}"
        yield Hit(
            from_checkout(history.head_file.path),
            1,
            {"says": says, "printed": wanted.replace("\n", "\\n")},
            file=history.head_file.path,
        )
