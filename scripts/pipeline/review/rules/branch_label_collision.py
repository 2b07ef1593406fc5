"""Two revisions carry the same branch label, or one that is another's id: Alembic cannot tell which is meant."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.history import History
from pipeline.review.render.places import from_checkout
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="The branch label {subject} is on {one} and is taken by {other}: every Alembic command fails with “Branch "
    "name … already used”.",
    remedy="A label belongs on the first revision of its branch alone. In {file}, line {line}:\n\nbranch_labels = None",
    shown_by=None,
)


@rule.in_history
def labels_that_are_taken(history: History) -> Iterator[Hit]:
    taken: dict[str, Revision] = {}
    for revision in sorted(history.graph.by_id.values(), key=lambda one: _age(history, one)):
        for label in revision.labels:
            other = taken.setdefault(label, history.graph.by_id.get(label, revision))
            if other is not revision:
                line = revision.line_of("branch_labels")
                values = {
                    "one": revision.id,
                    "other": other.id,
                    "file": from_checkout(revision.file),
                    "line": str(line),
                }
                yield Hit(label, line, values, file=revision.file, revision=revision.id)


def _age(history: History, revision: Revision) -> tuple[bool, int]:
    return revision.id in history.added, history.graph.order[revision.id]
