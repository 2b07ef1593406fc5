"""Which views read a table, or one of its columns, when a statement comes, as far as revisions made them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import postgast
from postgast import pg_query_pb2 as tree

from pipeline.review.lineage import Lineage
from pipeline.review.reading.naming import among, bare, same, words
from pipeline.review.reading.naming import relation as name_of
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement


def views_reading(script: Script, position: int, table: str, column: str | None) -> Iterator[tuple[str, Statement]]:
    """Yield each view that is there before the statement at `position` and reads the column, with what made it."""
    lineage = Lineage.of_script(script)
    undone = script.undoes.statements if script.undoes is not None else []
    here = [*undone, *script.statements[:position]]
    past = [*lineage.statements(bare(table)), *here]
    # Of a column that was added once, it depends on the order whether a `*` means it.
    stars = not any(one.name == column for each in past for one in each.added_columns)
    names = dict.fromkeys(name for one in past if (name := view_made_by(one)) is not None)
    for name in names:
        made = _in_the_end([*lineage.statements(bare(name)), *here], name)
        if made is not None and reads(made.node.query, table, column, stars=stars):
            yield name, made


def view_made_by(statement: Statement) -> str | None:
    """The name of the view or materialized view that `statement` creates."""
    if statement.kind == "ViewStmt":
        return name_of(statement.node.view)
    if statement.kind == "CreateTableAsStmt" and statement.node.objtype == tree.OBJECT_MATVIEW:
        return name_of(statement.node.into.rel)
    return None


def _in_the_end(statements: list[Statement], view: str) -> Statement | None:
    """What made the view, if it is still there for certain."""
    made = None
    for one in statements:
        created = view_made_by(one)
        if created is not None and same(created, view):
            made = None if one.call is not None and one.call.conditional else one
        elif _may_end(one, view):
            made = None
    return made


def _may_end(statement: Statement, view: str) -> bool:
    """A DROP of the view, whatever goes along by CASCADE, and a rename, after which it may be another one."""
    dropped = statement.kind == "DropStmt" and (statement.cascade or among(view, statement.dropped))
    renamed = statement.kind in {"RenameStmt", "AlterObjectSchemaStmt"}
    return dropped or renamed or any(change.cascade for change in statement.changes)


def reads(query: Any, table: str, column: str | None, *, stars: bool) -> bool:
    """Tell whether a view's query certainly reads the table, and the column of it."""
    tables = [one for _, one in postgast.walk(query) if type(one).__name__ == "RangeVar"]
    ours = [one for one in tables if same(name_of(one), table)]
    if not ours or column is None:
        return bool(ours)
    called = {one.alias.aliasname or one.relname for one in ours}
    for _, one in postgast.walk(query):
        if type(one).__name__ == "ColumnRef" and (len(tables) == 1 or len(one.fields) > 1):
            *before, last = one.fields
            of_ours = not before or words(before)[-1] in called
            is_star = last.WhichOneof("node") == "a_star"
            if of_ours and (stars if is_star else last.string.sval == column):
                return True
    return False
