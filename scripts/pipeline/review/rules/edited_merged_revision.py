"""
A merged revision does something else now.

Databases that ran it do not run it again, so the change reaches new databases alone, and from then on production is
not what the tests run on. Compared is what the file does: formatting, comments, docstrings, annotations and unused
imports may change. A revision that the ledger says was undone may be corrected.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.history import Base, History
from pipeline.review.meaning import changed_parts
from pipeline.review.render.places import from_checkout
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="{subject} is merged, and its {parts} changed: databases that ran it do not run it again, so production "
    "goes on without the change that new databases get.",
    remedy="Put the merged text back, and the change into a new revision:\n\n"
    '    git checkout {commit} -- {before}{move}\n    alembic revision -m "…"',
    shown_by=None,
)


@rule.in_history
def merged_revisions_that_changed(history: History) -> Iterator[Hit]:
    if history.base is None:
        return
    merged = {revision.id: revision for revision in history.base.revisions}
    for revision in history.graph.by_id.values():
        before = merged.get(revision.id)
        if before is not None and revision.id not in history.undone:
            yield from _changed(history.base, before, revision)


def _changed(base: Base, before: Revision, now: Revision) -> Iterator[Hit]:
    if before.text == now.text:
        return
    readable = before.tree.body and now.tree.body
    parts = changed_parts(before.tree, now.tree) if readable else {"the text": 1}
    if parts:
        # A rollback runs the downgrade of the package that holds it, so a corrected one does get run.
        only_downgrade = set(parts) == {"downgrade"}
        values = {
            "parts": ", ".join(parts),
            "commit": base.commit[:12],
            "before": from_checkout(before.file),
            "move": ""
            if before.file == now.file
            else f" && git mv -f {from_checkout(before.file)} {from_checkout(now.file)}",
        }
        yield Hit(
            now.id,
            next(iter(parts.values())),
            values,
            severity=Severity.WARNING if only_downgrade or not readable else None,
            file=now.file,
            revision=now.id,
        )
