"""
An enum gets a label that the release in production does not know.

That release works until a row has the label: then its SELECT raises LookupError, because Python's enum lacks it. It
is information where the revision only adds the label; a warning where the same revision writes it into rows that the
running release reads. PostgreSQL cannot take a label back, so a downgrade leaves it.
"""

from collections.abc import Iterator

from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.conditions import literals
from pipeline.review.reading.ddl import LABEL, TYPE, Action
from pipeline.review.reading.differences import added, differences
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    severity=Severity.INFO,
    effect='Once a row has "{label}", the release serving traffic raises LookupError when it reads it.',
    remedy='deploy a release whose enum knows "{label}", and write it from the next one on.',
)

_WRITES = {"UpdateStmt", "InsertStmt", "MergeStmt"}


@rule.in_script
def labels_the_running_release_lacks(script: Script) -> Iterator[Hit]:
    if script.direction is not Direction.UPGRADE:
        return
    own = added(script, TYPE)
    for change in differences(script):
        if change.action is not Action.ADDS or change.kind != LABEL or change.table in own:
            continue
        label = str(change.node.new_val)
        written = [
            one
            for one in script.statements[change.position + 1 :]
            if one.kind in _WRITES
            and label in set(literals(one.node))
            and (one.autocommit or one.transaction != change.statement.transaction)
        ]
        line = written[0].line if written else change.statement.line
        severity = Severity.WARNING if written else None
        yield Hit(change.name, line=line, values={"label": label}, severity=severity)
