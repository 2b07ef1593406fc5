"""
Going back drops a column that the upgrade added, and with it what the newer release wrote there.

That is what a downgrade of an added column is, so it is information: who presses the button should know that a second
upgrade starts with an empty column. The plan of a rollback counts the values. A table that the upgrade made is not
mentioned here: all of it is the newer release's own, as everybody expects.
"""

from collections.abc import Iterator

from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.ddl import COLUMN, TABLE, Action
from pipeline.review.reading.differences import added, differences, is_new
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.script import Script
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    severity=Severity.INFO,
    effect="Going back loses what was written to {subject} since the upgrade.",
    remedy="nothing, unless the values matter; then keep them first: {keep}",
    shown_by=None,
)


@rule.in_script
def dropped_columns_of_the_upgrade(script: Script) -> Iterator[Hit]:
    if script.direction is not Direction.DOWNGRADE:
        return
    found = differences(script)
    own, tables = added(script.undoes, COLUMN), added(script.undoes, TABLE)
    for change in found:
        if (
            change.action is Action.DROPS
            and change.kind == COLUMN
            and change.name in own
            and change.table not in tables
            and not is_new(change, found)
        ):
            kept = f"{change.table.rpartition('.')[2]}_{change.column}_kept"
            keep = execute(f"CREATE TABLE {quoted(kept)} AS SELECT * FROM {quoted(change.table)}")
            yield Hit(change.name, line=change.statement.line, values={"keep": keep})
