"""
A table is renamed by dropping it and creating another with the same columns: all of its rows are gone.

`op.rename_table` keeps them, but the release in production reads the old name until traffic moves. A view of the old
name over the new table serves both: PostgreSQL lets one insert, update and delete through it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.changes import MOVES_ROWS, Action, Kind, changes
from pipeline.review.schema.likeness import family, type_words
from pipeline.review.schema.names import relation
from pipeline.review.spelling import operations_name, quoted, table_words

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    replaces=("drop-table",),
    effect="If {new} is the new name of {subject}, all of its rows are lost: the new table starts empty.",
    remedy="rename it, and leave a view for the release that still reads {subject}: {code}",
)

_ENOUGH = 0.8


@rule.in_source
def dropped_and_created(revision: Revision) -> Iterator[Hit]:
    upgrade, downgrade = (revision.scripts.get(direction) for direction in Direction)
    if upgrade is None or downgrade is None:
        return
    before, after = _columns_of_new_tables(downgrade), _columns_of_new_tables(upgrade)
    for statement in upgrade.statements:
        for change in changes(statement):
            old = change.thing.name
            if change.action is not Action.DROP or change.thing.kind is not Kind.TABLE or old in after:
                continue
            for new, (created, columns) in after.items():
                same = new not in before and _same(before[old][1] if old in before else {}, columns)
                if same and not _is_copied(upgrade, old, new):
                    yield _hit(revision, statement, created, old, new)
                    break


def _columns_of_new_tables(script: Script) -> dict[str, tuple[Statement, dict[str, str]]]:
    found = {}
    for statement in script.statements:
        if statement.kind == "CreateStmt":
            columns = {
                one.column_def.colname: family(_plain(type_words(one.column_def.type_name)))
                for one in statement.node.table_elts
                if one.HasField("column_def")
            }
            found[relation(statement.node.relation)] = (statement, columns)
    return found


def _plain(words: str) -> str:
    return words.replace("serial", "int") if words.startswith("serial") else words


def _same(old: dict[str, str], new: dict[str, str]) -> bool:
    """Tell whether most columns are the same; a key alone is like every other table's."""
    shared = old.items() & new.items()
    return len(shared) > 1 and len(shared) >= _ENOUGH * max(len(old), len(new))


def _is_copied(script: Script, old: str, new: str) -> bool:
    if script.not_analysed:
        return True  # What was not followed may well be what moves the rows.
    moving = (one.sql for one in script.statements if one.kind in MOVES_ROWS)
    return any(old in sql and new in sql for sql in moving)


def _hit(revision: Revision, dropped: Statement, created: Statement, old: str, new: str) -> Hit:
    op = operations_name(revision)
    name, schema = table_words(old)
    bare = table_words(new)[0]
    view = f"CREATE VIEW {old} AS SELECT * FROM {new}"
    return Hit(
        old, line=dropped.line, direction=Direction.UPGRADE,
        values={"new": new, "code": f"{op}.rename_table({name}, {bare}{schema}); {op}.execute({quoted(view)})"},
        evidence=(f"line {created.line} creates {new} with the columns of {old}",),
    )  # fmt: skip
