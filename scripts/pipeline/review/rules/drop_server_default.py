"""
The database stops filling a column that the release in production leaves to it.

An INSERT that does not name the column then stores NULL, or fails where the column is NOT NULL. A column that was added
in the same revision is the certain case: the running release has never heard of it (`add_column` with a server
default, then `alter_column(server_default=None)`, is a common habit; keep the default until that release is gone).

A default that is set again, or replaced by an identity, in the same transaction is there all the time. In a downgrade
the default that the upgrade brought may go: the older release lived without.
"""

from collections.abc import Iterator

from pipeline.review.as_python import on_table
from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.ddl import COLUMN, DEFAULT, TABLE, Action
from pipeline.review.reading.differences import Difference, added, comes_back, differences, is_new
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="An INSERT of the release serving traffic that leaves {subject} to the database {outcome}.",
    remedy="take this line out; in the pull request after the next release:\n    {code}",
)


@rule.in_script
def dropped_defaults(script: Script) -> Iterator[Hit]:
    found = differences(script)
    columns = {change.name: change for change in found if change.action is Action.ADDS and change.kind == COLUMN}
    brought = added(script.undoes, DEFAULT) | added(script.undoes, COLUMN)
    tables = {change.name for change in found if change.action is Action.ADDS and change.kind == TABLE}
    for change in found:
        if change.action is not Action.DROPS or change.kind != DEFAULT or comes_back(change, found):
            continue
        column = columns.get(change.name)
        if change.table in tables | added(script.undoes, TABLE) or change.name in brought:
            continue
        if column is None and is_new(change, found):
            continue
        if column is not None and (is_new(column, found) or script.direction is Direction.DOWNGRADE):
            continue
        yield _hit(change, certain=column is not None)


def _hit(change: Difference, *, certain: bool) -> Hit:
    code = on_table("alter_column", change.table, change.column, server_default=None)
    return Hit(
        change.name,
        line=change.statement.line,
        severity=None if certain else Severity.WARNING,
        values={"code": code, "outcome": "fails if it is NOT NULL, and stores NULL if not"},
    )
