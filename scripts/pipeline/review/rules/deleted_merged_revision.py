"""
A merged revision is gone.

A database that is at it, or behind it, can neither be upgraded nor downgraded: "Can't locate revision identified by …".
What the ledger says was undone in production may be deleted, and should be.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.history import History
from pipeline.review.meaning import same_but_for_id
from pipeline.review.render.places import from_checkout
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.undone_file import NAME

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} is merged and its file is gone{renamed}: a database that ran it has its id in alembic_version, "
    "and every upgrade and downgrade fails with “Can't locate revision”.",
    remedy="Bring it back: git checkout {commit} -- {file}\n"
    "To take back what it did, undo it in production first (the workflow “Rollback migration”): then it may be "
    "deleted. A line {subject} in {undone} says that it was (by hand: --undone {subject}).",
    shown_by=None,
)


@rule.in_history
def merged_revisions_that_are_gone(history: History) -> Iterator[Hit]:
    if history.base is None:
        return
    added = [revision for revision in history.revisions if revision.id in history.added]
    for revision in history.base.revisions:
        if revision.id not in history.graph.by_id and revision.id not in history.undone:
            twin = next((one.id for one in added if same_but_for_id(revision.tree, one.tree)), None)
            values = {
                "commit": history.base.commit[:12],
                "file": from_checkout(revision.file),
                "undone": from_checkout(history.directory / NAME),
                "renamed": f" (its id became {twin})" if twin else "",
            }
            yield Hit(revision.id, 1, values, file=revision.file, revision=revision.id)
