"""Rows that a revision writes on tables in use, and what the transaction holds meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import postgast

from pipeline.review.reading.ddl import plain, relation
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rewriting import plain as plain_call

_WRITES = {"UpdateStmt", "DeleteStmt", "MergeStmt"}


@dataclass(frozen=True)
class Write:
    """An UPDATE, DELETE, MERGE or INSERT … SELECT of a table that was there before."""

    table: str
    statement: Statement
    position: int

    @property
    def in_batches(self) -> str:
        """The statement for a range of rows, as an operation; the key's name is the reader's to fill in."""
        sql = " ".join(self.statement.sql.rstrip(";").split())
        call = self.statement.call
        if call is not None and re.search(r"= NULL\b|\(NULL\)|\$\d", sql):
            # Its values come from outside of the text: nobody can write them down, and it is about a row or a few.
            return plain_call(call)
        if self.statement.kind not in {"UpdateStmt", "DeleteStmt"}:
            return execute(sql)
        joined = "AND" if self.statement.node.HasField("where_clause") else "WHERE"
        return execute(f"{sql} {joined} id BETWEEN … AND …")


def writes(script: Script) -> Iterator[Write]:
    """Yield what may write many rows."""
    for position, statement in enumerate(script.statements):
        if statement.kind in _WRITES or _is_insert_from_select(statement):
            table = relation(statement.node.relation)
            if not statement.is_new(table):
                yield Write(table, statement, position)


def updates(script: Script) -> Iterator[Write]:
    """Yield the UPDATEs alone."""
    return (one for one in writes(script) if one.statement.kind == "UpdateStmt")


def lock_held(script: Script, write: Write) -> str | None:
    """The table that the transaction altered before the write, and that it keeps from all others until it commits."""
    if write.statement.autocommit:
        return None
    for statement in script.statements[: write.position]:
        if statement.transaction == write.statement.transaction and statement.kind != "DropStmt":
            for table, lock in statement.locks.items():
                if lock.blocks_reads:
                    return plain(table)
    return None


def _is_insert_from_select(statement: Statement) -> bool:
    if statement.kind != "InsertStmt" or not statement.node.HasField("select_stmt"):
        return False
    select = statement.node.select_stmt.select_stmt
    return not select.values_lists and any(type(one).__name__ == "RangeVar" for _, one in postgast.walk(select))
