"""
The downgrade does nothing, so a rollback moves the version back and leaves the schema where it is.

From then on database and version disagree: the corrected revision fails on what is there already, and the older
release meets a schema it was never tested with. What cannot be undone says so with `irreversible = "why"` at the top of
the file: then a rollback refuses before it has begun, instead of pretending.

Rows that were only corrected are as good for the older release, mostly, so an upgrade that changes nothing else is
information.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.editing import added_at_end
from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.undoing import changes_data_only, is_only_making, refuses, to_be_undone, undoing

rule = Rule(
    __name__,
    harm=Harm.CANNOT_BE_UNDONE,
    effect="A rollback would say that {subject} is undone and leave {left} as upgrade() made it.",
    remedy="let downgrade() do the opposite:\n{code}",
)


@rule.in_source
def nothing_is_undone(revision: Revision) -> Iterator[Hit]:
    upgrade = revision.scripts.get(Direction.UPGRADE)
    downgrade = revision.scripts.get(Direction.DOWNGRADE)
    if upgrade is None or revision.irreversible or _does_something(downgrade):
        return
    function = revision.function(Direction.DOWNGRADE)
    if function is not None and refuses(function):
        return
    left = to_be_undone(upgrade)
    if not left and not upgrade.not_analysed:
        return
    code = "\n".join(undoing(revision, upgrade))
    mechanical = function is not None and code and not upgrade.not_analysed and is_only_making(upgrade)
    data_only = changes_data_only(left)
    yield Hit(
        revision.id,
        line=function.lineno if function else upgrade.line,
        direction=Direction.DOWNGRADE,
        severity=Severity.INFO if data_only else None,
        values={"left": "the data" if data_only else "the schema", "code": code},
        remedy=None if code else 'undo it in downgrade(), or say why not at the top of the file: irreversible = "…"',
        edits=(added_at_end(revision, function, code),) if mechanical and function else (),
    )


def _does_something(script: Script | None) -> bool:
    return script is not None and bool(script.calls or script.statements or script.not_analysed)
