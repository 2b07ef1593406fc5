"""
A column is added that must not be NULL, and nothing says what the rows that are there get.

PostgreSQL refuses it on the first row; on an empty table it passes, and then every INSERT of the release in production
fails, for that does not know the column. A Python `default=` in the model is no help: it is for new objects of the
new release. That is also why filling the column first and SET NOT NULL later in one revision is not enough: the rows
are fine, the running release's INSERT is not.

In a downgrade the older release knows the column that comes back and fills it, so there only the first half counts:
it fails on the rows that are there.
"""

from collections.abc import Iterator

from pipeline.review.as_python import on_table
from pipeline.review.column_code import column_code
from pipeline.review.finding import Direction
from pipeline.review.reading.ddl import COLUMN, DEFAULT, NOT_NULL, Action, relation
from pipeline.review.reading.differences import Difference, differences, is_new
from pipeline.review.reading.parts import Column
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS_ON_DATA,
    effect="{subject} has no value for {whose}, so {fails}.",
    remedy="give it a value in the database, or let it be nullable at first:\n    {code}",
)


@rule.in_script
def added_without_a_value(script: Script) -> Iterator[Hit]:
    found = differences(script)
    for change in found:
        if change.action is not Action.ADDS or change.kind != COLUMN or is_new(change, found):
            continue
        column = Column(change.table, change.column, getattr(change.node, "def").column_def)
        if _has_value(column) or _later(found, change, Action.ADDS, DEFAULT):
            continue
        if column.not_null:
            yield _hit(change, change, "the rows that are there", "the revision fails on the first one")
        elif (later := _later(found, change, Action.ADDS, NOT_NULL)) is not None:
            if not _filled(script, change, later):
                yield _hit(change, later, "the rows that are there", "the revision fails on the first one")
            elif script.direction is Direction.UPGRADE:
                yield _hit(change, later, "the release serving traffic", "each INSERT of it fails")


def _hit(change: Difference, where: Difference, whose: str, fails: str) -> Hit:
    code = column_code(change.statement, change.column)
    if where is not change:
        code = on_table("alter_column", change.table, change.column, server_default="…")
    return Hit(change.name, line=where.statement.line, values={"whose": whose, "fails": fails, "code": code})


def _has_value(column: Column) -> bool:
    return column.default is not None or column.serial or column.identity or column.generated is not None


def _later(found: list[Difference], change: Difference, action: Action, kind: str) -> Difference | None:
    same = (one for one in found if one.action is action and one.kind == kind and one.name == change.name)
    return next((one for one in same if one.position >= change.position), None)


def _filled(script: Script, change: Difference, until: Difference) -> bool:
    """Whether an UPDATE of the table, or something that is not SQL to be read, comes between the two."""
    return any(
        statement.kind != "UpdateStmt" or relation(statement.node.relation) == change.table
        for statement in script.statements[change.position + 1 : until.position]
        if statement.kind in {"UpdateStmt", "MergeStmt", "DoStmt", "CallStmt", "SelectStmt"}
    )
