"""Which new table refers to which: foreign keys, and columns of types that the same revision makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.review.reading.statement import Statement
from pipeline.review.schema.changes import Kind, Thing
from pipeline.review.schema.names import constant, relation, type_named


@dataclass(frozen=True)
class Reference:
    """`user` needs `needed`; `name` is the foreign key's, where it has one."""

    user: Thing
    needed: Thing
    statement: Statement
    name: str = ""


def references(statement: Statement) -> Iterator[Reference]:
    """Yield what a CREATE TABLE or ALTER TABLE ties together."""
    node = statement.node
    if statement.kind == "CreateStmt":
        table = relation(node.relation)
        for one in node.table_elts:
            if one.HasField("column_def"):
                yield from _of_column(one.column_def, Thing(Kind.TABLE, table), table, statement)
            elif one.HasField("constraint"):
                yield from _foreign_key(one.constraint, Thing(Kind.TABLE, table), statement)
    elif statement.kind == "AlterTableStmt":
        table = relation(node.relation)
        for one in node.cmds:
            definition = getattr(one.alter_table_cmd, "def")
            if definition.HasField("constraint"):
                yield from _foreign_key(
                    definition.constraint, Thing(Kind.CONSTRAINT, definition.constraint.conname, table), statement
                )
            elif definition.HasField("column_def") and constant(one.alter_table_cmd, "subtype") == "AT_AddColumn":
                column = definition.column_def
                yield from _of_column(column, Thing(Kind.COLUMN, column.colname, table), table, statement)


def _of_column(column: Any, user: Thing, _table: str, statement: Statement) -> Iterator[Reference]:
    name = type_named(column.type_name)
    if name is not None:
        yield Reference(user, Thing(Kind.TYPE, name), statement)
    for one in column.constraints:
        yield from _foreign_key(one.constraint, user, statement)


def _foreign_key(node: Any, user: Thing, statement: Statement) -> Iterator[Reference]:
    if constant(node, "contype") == "CONSTR_FOREIGN":
        yield Reference(user, Thing(Kind.TABLE, relation(node.pktable)), statement, node.conname)
