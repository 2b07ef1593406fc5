"""
A column disappears while the release in production still selects it.

The migration runs before traffic moves, so the release in production meets the new schema: its SELECTs name every
mapped column, and one missing column fails the request. A column that was NOT NULL fails the release the other way
round as well: once it is unmapped, an INSERT of the new release no longer fills it, so the first pull request makes it
nullable. With the column go its indexes, its unique, primary and foreign keys and its values, and PostgreSQL says
nothing about it.

In a downgrade the older release serves already. What it needs is the schema from before the upgrade, so there the
question is who made the column: `downgrade-takes-more` and `downgrade-loses-column` answer it.
"""

from collections.abc import Iterator

from pipeline.review.as_python import on_table
from pipeline.review.finding import Direction
from pipeline.review.reading.ddl import COLUMN, Action
from pipeline.review.reading.differences import differences, is_new
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="The release serving traffic still selects {subject}: its requests fail, and the values are gone for good.",
    remedy="""\
first pull request: take {column} out of the model, and in its revision only
    {nullable}
next pull request, when that release serves:
    {drop}  # review: allow drop-column -- unmapped since the last release""",
)


@rule.in_script
def dropped_columns(script: Script) -> Iterator[Hit]:
    if script.direction is not Direction.UPGRADE:
        return
    found = differences(script)
    for change in found:
        if change.action is Action.DROPS and change.kind == COLUMN and not is_new(change, found):
            yield Hit(
                change.name,
                line=change.statement.line,
                values={
                    "column": change.column,
                    "nullable": on_table("alter_column", change.table, change.column, nullable=True),
                    "drop": on_table("drop_column", change.table, change.column),
                },
            )
