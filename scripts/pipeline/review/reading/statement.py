"""
One SQL statement, parsed by PostgreSQL's own grammar, and where it comes from.

libpg_query is the server's parser as a library (postgast wraps it), so a statement is read as the server reads it,
or not at all: then it is said, as `not_analysed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import postgast

from pipeline.review.finding import Direction

if TYPE_CHECKING:
    from pipeline.review.reading.script import Call


@dataclass(frozen=True)
class Statement:
    """
    One statement of a revision.

    `node` is the parse tree (postgast.pg_query_pb2, e.g. AlterTableStmt) and `kind` its type's name; `new_tables` were
    made earlier by the same direction of the same revision, so nobody else can be using them.
    """

    sql: str
    node: Any
    kind: str
    file: Path
    line: int
    revision: str
    direction: Direction
    transaction: int
    autocommit: bool
    new_tables: frozenset[str] = frozenset()
    call: Call | None = None
    postgresql_version: int = 18


def parse(sql: str) -> Iterator[tuple[str, Any, str]]:
    """
    Yield text, parse tree and the tree's type name of each statement in `sql`.

    Raises postgast.PgQueryError, in the server's own words, when `sql` is not PostgreSQL's language.
    """
    text = sql.encode()
    for raw in postgast.parse(sql).stmts:
        kind = raw.stmt.WhichOneof("node")
        node = getattr(raw.stmt, kind)
        end = raw.stmt_location + raw.stmt_len if raw.stmt_len else len(text)
        yield text[raw.stmt_location : end].decode().strip(), node, type(node).__name__
