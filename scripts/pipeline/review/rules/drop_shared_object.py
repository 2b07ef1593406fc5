"""
A view, a function, a sequence or an extension disappears, and the release in production may be using it.

Who uses them cannot be seen in a revision: views are mapped like tables, functions are called by name, and a sequence
feeds defaults. So it is a warning. What comes back under its name in the same transaction was only replaced; what the
upgrade made is its downgrade's to drop; a trigger's function goes with its trigger.
"""

from collections.abc import Iterator

from postgast import pg_query_pb2 as pg

from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.ddl import EXTENSION, FUNCTION, SEQUENCE, VIEW, Action
from pipeline.review.reading.differences import added, comes_back, differences, is_new
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    severity=Severity.WARNING,
    effect="If the release serving traffic still uses {subject}, its requests fail.",
    remedy="drop {subject} in the pull request after the one that stops using it.",
    shown_by=None,
)


@rule.in_script
def dropped_objects(script: Script) -> Iterator[Hit]:
    found = differences(script)
    triggers = any(one.kind == "DropStmt" and one.node.remove_type == pg.OBJECT_TRIGGER for one in script.statements)
    for change in found:
        if (
            change.action is Action.DROPS
            and change.kind in {VIEW, FUNCTION, SEQUENCE, EXTENSION}
            and not change.cascade
            and not (change.kind == FUNCTION and triggers)
            and not is_new(change, found)
            and not comes_back(change, found)
            and not (script.direction is Direction.DOWNGRADE and change.name in added(script.undoes, change.kind))
        ):
            yield Hit(f"{change.kind} {change.name}", line=change.statement.line)
