"""
A column is renamed by dropping it and adding another: all of its values are gone.

Autogenerate sees two tables and no intention, so it writes a rename as drop and add. A rename keeps the values, but
the release in production selects the old name until traffic moves. Either the model keeps the database's name
(`title = mapped_column("name")`), or both columns exist for a while: add and copy now, drop in a later pull request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.review.finding import Direction, Severity
from pipeline.review.models import models_of
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.changes import MOVES_ROWS, Action, Kind, changes
from pipeline.review.schema.likeness import alike, family, similarity, type_words
from pipeline.review.schema.names import constant, relation
from pipeline.review.spelling import operations_name, quoted, table_words

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    replaces=("drop-column", "add-not-null-without-default"),
    effect="If {new} is the new name of {subject}, every value of it is lost: the new column starts empty.",
    remedy="{code} keeps the values, but breaks the release that still selects {old}. Let the model keep the name "
    "({new} = mapped_column({quoted_old})) and change nothing here, or add {new} and copy the values now, and drop "
    "{old} in a later pull request.",
)


@dataclass(frozen=True)
class _Column:
    table: str
    name: str
    type: str | None
    not_null: bool
    statement: Statement


@rule.in_source
def dropped_and_added(revision: Revision) -> Iterator[Hit]:
    upgrade = revision.scripts.get(Direction.UPGRADE)
    if upgrade is None:
        return
    dropped, added = list(_dropped(revision, upgrade)), list(_added(upgrade))
    while pair := _likeliest(dropped, added, upgrade):
        old, new = pair
        dropped.remove(old)
        added.remove(new)
        models = models_of(revision, old.table)
        if any(old.name in model.columns for model in models):
            continue  # Both are in the models, or only the old one is: it was not renamed.
        confirmed = [model for model in models if new.name in model.columns]
        yield Hit(
            f"{old.table}.{old.name}", line=old.statement.line, direction=Direction.UPGRADE,
            severity=None if confirmed or alike(old.name, new.name) else Severity.WARNING,
            values={
                "old": old.name, "new": new.name, "quoted_old": quoted(old.name), "code": _code(revision, old, new),
            },
            about=(f"{new.table}.{new.name}",),
            evidence=(
                f"line {new.statement.line} adds {new.name}",
                *(f"{one.file.name}:{one.line}: {one.name} has {new.name}, and no {old.name}" for one in confirmed),
            ),
        )  # fmt: skip


def _likeliest(dropped: list[_Column], added: list[_Column], script: Script) -> tuple[_Column, _Column] | None:
    pairs = [(old, new) for old in dropped for new in added if _fits(old, new, dropped, added)]
    pairs = [(old, new) for old, new in pairs if not _is_copied(script, old, new)]
    return max(pairs, key=lambda pair: similarity(pair[0].name, pair[1].name), default=None)


def _fits(old: _Column, new: _Column, dropped: list[_Column], added: list[_Column]) -> bool:
    if old.table != new.table or old.name == new.name:
        return False
    if old.type is None:
        return alike(old.name, new.name)
    if new.type is None or family(old.type) != family(new.type):
        return False
    alone = sum(one.table == old.table for one in dropped) == 1 == sum(one.table == old.table for one in added)
    same = alone and old.type == new.type != "bool" and old.not_null == new.not_null
    return same or alike(old.name, new.name)


def _is_copied(script: Script, old: _Column, new: _Column) -> bool:
    """Tell whether some other statement speaks of both: then the author moves the values."""
    if old.table in _emptied(script):
        return True  # There are no values to lose: the author deletes the rows himself.
    if any(one.kind in MOVES_ROWS and _speaks_of(one, old.name, new.name) for one in script.statements):
        return True
    between = range(min(old.statement.line, new.statement.line), max(old.statement.line, new.statement.line) + 1)
    return any(one.line in between for one in script.not_analysed)


def _emptied(script: Script) -> set[str]:
    """The tables that lose all of their rows in this direction, by the names they have in the end."""
    found: set[str] = set()
    for statement in script.statements:
        if statement.kind == "DeleteStmt" and not statement.node.HasField("where_clause"):
            found.add(relation(statement.node.relation))
        if statement.kind == "TruncateStmt":
            found |= {relation(one.range_var) for one in statement.node.relations}
        for change in changes(statement):
            if change.new is not None and change.thing.kind is Kind.TABLE and change.thing.name in found:
                found.add(change.new.name)
    return found


def _speaks_of(statement: Statement, *names: str) -> bool:
    return all(re.search(rf"\b{re.escape(name)}\b", statement.sql) for name in names)


def _added(script: Script) -> Iterator[_Column]:
    for statement in script.statements:
        if statement.kind != "AlterTableStmt":
            continue
        table = relation(statement.node.relation)
        for one in statement.node.cmds:
            command = one.alter_table_cmd
            if constant(command, "subtype") == "AT_AddColumn" and table not in statement.new_tables:
                column = getattr(command, "def").column_def
                required = any(constant(two.constraint, "contype") == "CONSTR_NOTNULL" for two in column.constraints)
                yield _Column(table, column.colname, type_words(column.type_name), required, statement)


def _dropped(revision: Revision, script: Script) -> Iterator[_Column]:
    """The downgrade, which brings a column back, says what type it had."""
    downgrade = revision.scripts.get(Direction.DOWNGRADE)
    back = {(one.table, one.name): one for one in _added(downgrade)} if downgrade is not None else {}
    for statement in script.statements:
        for change in changes(statement):
            if change.action is Action.DROP and change.thing.kind is Kind.COLUMN:
                known = back.get((change.table, change.thing.name))
                yield _Column(
                    change.table, change.thing.name, known.type if known else None,
                    known is not None and known.not_null, statement,
                )  # fmt: skip


def _code(revision: Revision, old: _Column, new: _Column) -> str:
    table, schema = table_words(old.table)
    op = operations_name(revision)
    return f"{op}.alter_column({table}, {quoted(old.name)}, new_column_name={quoted(new.name)}{schema})"
