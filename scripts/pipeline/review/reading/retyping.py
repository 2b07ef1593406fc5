"""
A column whose type changes: from what, to what.

SQL does not say what the type was. The call may (`existing_type`), and the other direction of the revision does, for
it changes the type back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.types import Enum

from pipeline.review.reading.casts import ColumnType, of_node, of_sqlalchemy
from pipeline.review.reading.naming import same
from pipeline.review.reading.parts import Change
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement


@dataclass(frozen=True)
class Retyping:
    """`old` is None where neither the call nor the other direction tells."""

    table: str
    column: str
    old: ColumnType | None
    new: ColumnType
    using: Any | None
    statement: Statement
    position: int


def retypings(script: Script) -> Iterator[Retyping]:
    """Yield each change of a column's type on a table that was there before."""
    enums = _enums(script)
    for position, statement in enumerate(script.statements):
        for change in statement.changed("AlterColumnType"):
            yield Retyping(
                change.table, str(change.name), _old(script, statement, change), of_node(change.new_type, enums),
                change.using, statement, position,
            )  # fmt: skip


def _enums(script: Script) -> frozenset[str]:
    created = {
        ".".join(part.string.sval for part in one.node.type_name)
        for one in script.statements
        if one.kind == "CreateEnumStmt"
    }
    given = (call.arguments.get("type_") for call in script.called("alter_column"))
    return frozenset(created | {str(one.name) for one in given if isinstance(one, Enum) and one.native_enum})


def _old(script: Script, statement: Statement, change: Change) -> ColumnType | None:
    if statement.call is not None and statement.call.name == "alter_column":
        told = of_sqlalchemy(statement.call.arguments.get("existing_type"))
        if told is not None:
            return told
    other = script.undoes or script.undone_by
    if other is None:
        return None
    enums = _enums(other)
    back = [
        of_node(one.new_type, enums)
        for found in other.statements
        for one in found.changes
        if one.kind == "AlterColumnType" and one.name == change.name and same(one.table, change.table)
    ]
    return back[-1] if back else None
