"""
A column gets an enum type that nothing has created.

Alembic sends CREATE TYPE for the columns of a create_table, not for add_column and alter_column: there the upgrade
fails, because the type does not exist. Autogenerate does not tell the difference.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.review.editing import replaced, statement_of
from pipeline.review.finding import Direction, Edit, Severity
from pipeline.review.lineage import Lineage
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.enums import Use, create_code, uses
from pipeline.review.schema.moments import moments
from pipeline.review.spelling import alchemy_name, operations_name

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="The type {subject} does not exist when the column {column} is given it: {direction}() fails here.",
    remedy="create it first: {code}",
)


@rule.in_source
def missing_types(revision: Revision) -> Iterator[Hit]:
    for direction in revision.scripts:
        seen = set()
        for call, balance in moments(revision, direction):
            for use in uses(call):
                if use.makes_it or use.thing in seen or use.thing in balance.made:
                    continue
                severity = _missing(revision, direction, use, gone=use.thing in balance.gone)
                if severity is not None:
                    seen.add(use.thing)
                    yield _hit(revision, direction, use, severity)


def _missing(revision: Revision, direction: Direction, use: Use, *, gone: bool) -> Severity | None:
    if gone:
        return Severity.ERROR
    script = revision.scripts[direction]
    if direction is Direction.DOWNGRADE or _may_be_made_unseen(revision, script, use):
        return None  # The column that comes back had the type before the upgrade.
    lineage = Lineage.of(revision)
    exists = lineage.has(use.thing.kind, use.thing.name)
    if exists is False:
        return Severity.ERROR
    # Without the files before it nobody can tell; one that speaks of the type may well have made it.
    unknown = exists is None and not lineage.complete and not lineage.mentions(use.type.name)
    return Severity.WARNING if unknown else None


def _may_be_made_unseen(revision: Revision, script: Script, use: Use) -> bool:
    """Tell whether something before the call was not followed: it could be what creates the type."""
    if any(one.line < use.call.line for one in script.not_analysed):
        return True
    seen = {one.line for one in script.statements}
    return any(
        node.lineno < use.call.line and node.lineno not in seen
        for node in ast.walk(revision.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "create"
    )


def _hit(revision: Revision, direction: Direction, use: Use, severity: Severity) -> Hit:
    code = create_code(alchemy_name(revision), operations_name(revision), use.type)
    return Hit(
        use.thing.name, line=use.call.line, direction=direction, severity=severity,
        values={"column": f"{use.call.table}.{use.column}", "direction": direction, "code": code},
        edits=tuple(_edits(revision, use, code)),
    )  # fmt: skip


def _edits(revision: Revision, use: Use, code: str) -> Iterator[Edit]:
    statement = statement_of(revision, use.call.node)
    if statement is not None:
        indent = " " * statement.col_offset
        text = "\n".join(revision.lines[statement.lineno - 1 : statement.end_lineno])
        edit = replaced(revision, statement, "")
        yield Edit(edit.first, edit.last, f"{indent}{code}\n{text}")
