"""
A merge revision does something beside joining two lines.

Going back over a merge is going back along each of its lines: `alembic downgrade -1` refuses it as "Ambiguous walk", so
what it did cannot be undone by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.history import History
from pipeline.review.meaning import does_something
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.CANNOT_BE_UNDONE,
    severity=Severity.WARNING,
    effect="{subject} joins {joined} and changes the schema too: `alembic downgrade -1` refuses a merge, so the change "
    "cannot be undone by itself.",
    remedy="Leave both functions of {subject} empty and put what they do into a revision that follows it:\n\n"
    'alembic revision -m "…" --head {subject}',
    shown_by=None,
)


@rule.in_history
def merges_that_do_more(history: History) -> Iterator[Hit]:
    for revision in history.graph.by_id.values():
        upgrade = revision.function("upgrade")
        if len(revision.down) > 1 and upgrade and does_something(upgrade):
            values = {"joined": " and ".join(revision.down)}
            yield Hit(revision.id, upgrade.lineno, values, file=revision.file, revision=revision.id)
