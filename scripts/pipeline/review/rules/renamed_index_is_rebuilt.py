"""
An index is renamed by dropping it and building it again: queries are without it meanwhile, writes wait for the build.

`ALTER INDEX … RENAME` changes the name at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.review.editing import removed, replaced, statement_of
from pipeline.review.finding import Direction, Edit, Severity
from pipeline.review.reading.naming import quoted as as_sql
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule, Shown
from pipeline.review.schema.changes import Action, Kind, changes
from pipeline.review.schema.names import dotted
from pipeline.review.spelling import operations_name

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    shown_by=Shown.LOCK,  # The line that drops the old index takes it; the work is another line's.
    replaces=("drop-index-blocks-reads", "index-replaced-with-gap"),
    severity=Severity.WARNING,
    effect="{new} is {subject} under another name: building it blocks writes, and queries are without it until then.",
    remedy="rename it: {code}",
)


@rule.in_source
def dropped_and_built(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        other = revision.scripts.get(_other(direction))
        if other is None:
            continue
        definitions = {_name(one): one for one in other.statements if one.kind == "IndexStmt"}
        built = {_name(one): one for one in script.statements if one.kind == "IndexStmt"}
        for statement in script.statements:
            for change in changes(statement):
                old = definitions.get(change.thing.name)
                if change.action is Action.DROP and change.thing.kind is Kind.INDEX and old is not None:
                    # Built CONCURRENTLY, it blocks nobody; whether there is a gap, index-replaced-with-gap says.
                    again = (one for one in built.values() if _equal(old, one) and not one.concurrent)
                    new = next(again, None)
                    if new is not None and not new.new_tables & {_table(new)}:
                        yield _hit(revision, direction, change.thing.name, statement, new)


def _other(direction: Direction) -> Direction:
    return Direction.DOWNGRADE if direction is Direction.UPGRADE else Direction.UPGRADE


def _name(statement: Statement) -> str:
    return dotted([statement.node.relation.schemaname, statement.node.idxname])


def _table(statement: Statement) -> str:
    return dotted([statement.node.relation.schemaname, statement.node.relation.relname])


def _equal(one: Statement, other: Statement) -> bool:
    return one.node.idxname != other.node.idxname and _definition(one.node) == _definition(other.node)


def _definition(node: Any) -> str:
    """The index without its name and without where it stands in the text."""
    plain = type(node)()
    plain.CopyFrom(node)
    plain.idxname, plain.concurrent, plain.if_not_exists = "", False, False
    return "\n".join(line for line in str(plain).splitlines() if "location:" not in line)


def _hit(revision: Revision, direction: Direction, old: str, dropped: Statement, built: Statement) -> Hit:
    sql = f"ALTER INDEX {as_sql(old)} RENAME TO {as_sql(str(built.node.idxname))}"
    code = execute(sql).replace("op.", f"{operations_name(revision)}.", 1)
    return Hit(
        old, line=dropped.line, direction=direction, values={"new": built.node.idxname, "code": code},
        evidence=(f"line {built.line} builds {built.node.idxname} of the same columns",),
        edits=tuple(_edits(revision, dropped, built, code)),
    )  # fmt: skip


def _edits(revision: Revision, dropped: Statement, built: Statement, code: str) -> Iterator[Edit]:
    if dropped.call is None or built.call is None or _is_repeated(revision, dropped) or _is_repeated(revision, built):
        return
    drop, build = statement_of(revision, dropped.call.node), statement_of(revision, built.call.node)
    if drop is not None and build is not None:
        yield replaced(revision, drop, code)
        yield removed(revision, build)


def _is_repeated(revision: Revision, statement: Statement) -> bool:
    """A call in a loop, or with other statements in it, stands for more than this index."""
    script: Script = revision.scripts[statement.direction]
    call = statement.call
    return (
        call is not None and sum(one.call is not None and one.call.node is call.node for one in script.statements) > 1
    )
