"""
Going back puts a NOT NULL again where the upgrade took it away, and the newer release has written NULLs since.

The downgrade works on the day it is written and fails on the night it is needed. It has to say what becomes of those
rows, before it asks for the old rule. Where the downgrade changes the table's rows first, it has.
"""

from collections.abc import Iterator

from pipeline.review.as_python import on_table
from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.ddl import NOT_NULL, Action, relation
from pipeline.review.reading.differences import Difference, differences
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.script import Script
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS_ON_DATA,
    severity=Severity.WARNING,
    effect="Going back fails on the first row in which the newer release left {subject} empty.",
    remedy="fill those rows first:\n    {fill}\n    {again}",
)


@rule.in_script
def strict_again(script: Script) -> Iterator[Hit]:
    if script.direction is not Direction.DOWNGRADE or script.undoes is None:
        return
    loosened = {
        change.name
        for change in differences(script.undoes)
        if change.action is Action.DROPS and change.kind == NOT_NULL
    }
    for change in differences(script):
        if (
            change.action is Action.ADDS
            and change.kind == NOT_NULL
            and change.name in loosened
            and not _prepared(script, change)
        ):
            table, column = quoted(change.table), quoted(change.column)
            fill = execute(f"UPDATE {table} SET {column} = … WHERE {column} IS NULL")
            again = on_table("alter_column", change.table, change.column, nullable=False)
            yield Hit(change.name, line=change.statement.line, values={"fill": fill, "again": again})


def _prepared(script: Script, change: Difference) -> bool:
    return any(
        one.kind in {"DoStmt", "CallStmt", "SelectStmt"}
        or (one.kind in {"UpdateStmt", "DeleteStmt"} and relation(one.node.relation) == change.table)
        for one in script.statements[: change.position]
    )
