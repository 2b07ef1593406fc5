"""
The downgrade raises, so a rollback ends in an error in the middle of the way back.

Not every change can be undone, and refusing is better than pretending. `irreversible = "why"` at the top of the file
refuses as well, but before anything is touched, and with the reason in the plan that a person approves.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.review.editing import import_added
from pipeline.review.finding import Direction, Edit, Severity
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.undoing import refuses
from pipeline.review.spelling import quoted

rule = Rule(
    __name__,
    harm=Harm.CANNOT_BE_UNDONE,
    severity=Severity.WARNING,
    effect="A rollback over {subject} stops here with an error, and nothing told beforehand that it would.",
    remedy="say it at the top of the file, where the plan of a rollback reads it: {code}",
)


@rule.in_source
def refusing(revision: Revision) -> Iterator[Hit]:
    function = revision.function(Direction.DOWNGRADE)
    found = refuses(function) if function is not None else None
    if found is None or revision.irreversible:
        return
    reason = _reason(found)
    code = f"irreversible = {quoted(reason or '…')}"
    yield Hit(
        revision.id, line=found.lineno, direction=Direction.DOWNGRADE, values={"code": code},
        edits=tuple(_below_the_ids(revision, code)) if reason else (),
    )  # fmt: skip


def _reason(node: ast.Raise) -> str | None:
    if isinstance(node.exc, ast.Call) and node.exc.args and isinstance(node.exc.args[0], ast.Constant):
        value = node.exc.args[0].value
        return value if isinstance(value, str) and value.strip() else None
    return None


def _below_the_ids(revision: Revision, code: str) -> Iterator[Edit]:
    for node in revision.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(one, ast.Name) and one.id == "down_revision" for one in targets):
            last = node.end_lineno or node.lineno
            yield Edit(node.lineno, last, "\n".join([*revision.lines[node.lineno - 1 : last], code]))
            return
    yield import_added(revision, code)
