"""
A table or column is dropped, or a column's type changed, while a view that a revision made still reads it.

PostgreSQL refuses, every time: other objects depend on it. Autogenerate compares tables and knows of no view.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import quoted
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.views import views_reading

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="The view {view} still reads {subject}: {direction}() fails here.",
    remedy="drop the view before, and make it again afterwards as it should be then:\n{drop}\n…\n{create}",
)


@rule.in_script
def needed_by_views(script: Script) -> Iterator[Hit]:
    if script.not_analysed:  # What is not known may be the DROP VIEW.
        return
    for position, statement in enumerate(script.statements):
        if statement.call is not None and statement.call.conditional:
            continue
        for table, column in _touched(statement):
            for view, made in views_reading(script, position, table, column):
                yield _hit(script, statement, made, view, f"{table}.{column}" if column else table)


def _touched(statement: Statement) -> Iterator[tuple[str, str | None]]:
    """The tables and columns that PostgreSQL refuses to touch while a view reads them."""
    if not statement.cascade:
        yield from ((table, None) for table in statement.drops("TABLE"))
    for change in statement.changes:
        if change.kind == "AlterColumnType" or (change.kind == "DropColumn" and not change.cascade):
            yield change.table, change.name


def _hit(script: Script, statement: Statement, made: Statement, view: str, subject: str) -> Hit:
    kind = "VIEW" if made.kind == "ViewStmt" else "MATERIALIZED VIEW"
    values = {
        "view": view, "direction": script.direction, "drop": execute(f"DROP {kind} {quoted(view)}"),
        "create": execute(" ".join(made.sql.split())),
    }  # fmt: skip
    return Hit(subject, statement.line, values)
