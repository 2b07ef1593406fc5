"""
A constraint is made without a name, so each database may call it differently and no later revision can say which one.

PostgreSQL makes a name of table and columns. Writing down that very name changes nothing in a database that has
it already, and makes the constraint one that can be dropped. Constraints inside a create_table go with their table.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.editing import replaced
from pipeline.review.finding import Severity
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.unnamed import Unnamed, made_without_name
from pipeline.review.spelling import argument_node, operations_name, source

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    severity=Severity.WARNING,
    effect="Nobody can say what the constraint of {subject} is called, so no revision can drop it by its name.",
    remedy="give it the name that PostgreSQL would choose: {code}",
    shown_by=None,
)


@rule.in_source
def made_by_none(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        for made in made_without_name(script):
            edits = () if made.argument is None else (replaced(revision, made.argument, made.code),)
            yield Hit(
                made.table, line=made.call.line, direction=direction, edits=edits,
                values={"code": _code(revision, made)},
            )  # fmt: skip


def _code(revision: Revision, made: Unnamed) -> str:
    """The call with the name in the place of None, out of its batch if it was in one."""
    call = made.call
    text = source(revision, call.node)
    node = argument_node(call, 0, "constraint_name", "name")
    if node is None:
        return f"{operations_name(revision)}.{call.name}({made.code}, …)"
    return text.replace("None", made.code, 1)
