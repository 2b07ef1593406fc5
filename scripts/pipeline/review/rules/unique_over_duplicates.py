"""
A unique constraint or index over rows that are there, whose values may not be unique.

Two rows with the same values and the revision fails; built CONCURRENTLY, it leaves an index that is INVALID behind.
Whether there are such rows only the data can say, so it is information with the query that tells. It is certain for
columns that the revision itself has just given the same default in every row. In a downgrade a unique constraint
comes back that the newer release lived without, so its rows may be in the way: a warning.
"""

from collections.abc import Iterator
from typing import Any

from postgast import pg_query_pb2 as pg

from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.ddl import COLUMN, CONSTRAINT, INDEX, TABLE, Action, relation
from pipeline.review.reading.differences import Difference, added, differences, is_new
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.parts import Column
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS_ON_DATA,
    severity=Severity.INFO,
    effect="Two rows of {table} with the same {columns} make it fail{certain}.",
    remedy="look for them first, and make them differ in a revision before this one:\n    {query}",
)


@rule.in_script
def unique_on_existing_tables(script: Script) -> Iterator[Hit]:
    found = differences(script)
    for change in found:
        table, columns = _unique(change)
        if not columns or change.action is not Action.ADDS or table in added(script.undoes, TABLE):
            continue
        if is_new(Difference(Action.ADDS, TABLE, table, change.statement, change.position, None), found):
            continue
        if _starts_as_null(found, change, table, columns) and not _written(script, table, change.position):
            continue
        if not (fresh := _fresh(found, table, columns)):
            yield _hit(change, table, columns, Severity.WARNING if script.direction is Direction.DOWNGRADE else None)
        elif all(_same_everywhere(one.node) for one in fresh) and not _written(script, table, change.position):
            yield _hit(change, table, columns, Severity.ERROR)


_FILLS = {pg.CONSTR_DEFAULT, pg.CONSTR_NOTNULL, pg.CONSTR_PRIMARY, pg.CONSTR_IDENTITY, pg.CONSTR_GENERATED}


def _unique(change: Difference) -> tuple[str, list[str]]:
    if (
        change.kind == INDEX
        and change.action is Action.ADDS
        and change.node.unique
        and not change.node.HasField("where_clause")
    ):
        names = [str(one.index_elem.name) for one in change.node.index_params]
        return relation(change.node.relation), names if all(names) else []
    if change.kind == CONSTRAINT and change.action is Action.ADDS:
        constraint = getattr(change.node, "def").constraint
        if constraint.contype == pg.CONSTR_UNIQUE and not constraint.indexname:
            return change.table, [str(one.string.sval) for one in constraint.keys]
    return "", []


def _fresh(found: list[Difference], table: str, columns: list[str]) -> list[Difference]:
    """What added the columns, when this script added all of them: nobody can have written there."""
    names = {f"{table}.{column}" for column in columns}
    fresh = [
        change for change in found if change.action is Action.ADDS and change.kind == COLUMN and change.name in names
    ]
    return fresh if len(fresh) == len(names) else []


def _starts_as_null(found: list[Difference], change: Difference, table: str, columns: list[str]) -> bool:
    """One of the columns is new here and null in every row, and a unique key takes any number of nulls."""
    asked = change.node if change.kind == INDEX else getattr(change.node, "def").constraint
    if asked.nulls_not_distinct:
        return False
    names = {f"{table}.{column}" for column in columns}
    return any(
        one.action is Action.ADDS
        and one.kind == COLUMN
        and one.name in names
        and one.position < change.position
        and not any(part.constraint.contype in _FILLS for part in getattr(one.node, "def").column_def.constraints)
        and not Column(table, one.column, getattr(one.node, "def").column_def).serial
        for one in found
    )


def _same_everywhere(command: Any) -> bool:
    column = getattr(command, "def").column_def
    return any(
        one.constraint.contype == pg.CONSTR_DEFAULT
        and (one.constraint.raw_expr.HasField("a_const") or one.constraint.raw_expr.HasField("type_cast"))
        and not one.constraint.raw_expr.a_const.isnull
        for one in column.constraints
    )


def _written(script: Script, table: str, before: int) -> bool:
    return any(
        one.kind in {"DoStmt", "CallStmt", "SelectStmt", "MergeStmt"}
        or (one.kind == "UpdateStmt" and relation(one.node.relation) == table)
        for one in script.statements[:before]
    )


def _hit(change: Difference, table: str, columns: list[str], severity: Severity | None) -> Hit:
    listed = ", ".join(quoted(one) for one in columns)
    values = {
        "table": table,
        "columns": " and ".join(columns),
        "certain": ", and the default has just made all rows the same" if severity is Severity.ERROR else "",
        "query": f"SELECT {listed}, count(*) FROM {quoted(table)} GROUP BY {listed} HAVING count(*) > 1",
    }
    subject = f"{table}({', '.join(columns)})"
    return Hit(subject, line=change.statement.line, severity=severity, values=values)
