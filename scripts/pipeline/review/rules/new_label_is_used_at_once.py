"""
An enum gets a label, and the same transaction uses it.

PostgreSQL adds the label at once and lets nobody use it before the commit: "unsafe use of new value". A type that
the same transaction created is not concerned.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.changes import Action, Kind, changes
from pipeline.review.schema.names import dotted, strings
from pipeline.review.spelling import operations_name, quoted

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="Line {line} adds the label {subject} to {type} in the same transaction, and PostgreSQL lets nobody use it "
    "before the commit: {direction}() fails here.",
    remedy="use it in the next revision, or commit it first: "
    "with {op}.get_context().autocommit_block(): {op}.execute({sql})",
)


@rule.in_source
def used_before_commit(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        for added, user in _uses(script):
            yield Hit(
                added.node.new_val, line=user.line, direction=direction,
                values={
                    "type": _type(added), "line": str(added.line), "direction": direction,
                    "op": operations_name(revision), "sql": quoted(" ".join(added.sql.split())),
                },
            )  # fmt: skip


def _uses(script: Script) -> Iterator[tuple[Statement, Statement]]:
    """Yield each ADD VALUE with the first statement that uses its label too early."""
    made: set[str] = set()
    for number, added in enumerate(script.statements):
        made |= {one.thing.name for one in changes(added) if one.action is Action.MAKE and one.thing.kind is Kind.TYPE}
        is_label = added.kind == "AlterEnumStmt" and added.node.new_val and not added.node.old_val
        if not is_label or added.autocommit or _type(added) in made:
            continue
        literal = "'" + added.node.new_val.replace("'", "''") + "'"
        for one in script.statements[number + 1 :]:
            if one.transaction == added.transaction and one.kind != "AlterEnumStmt" and literal in one.sql:
                yield added, one
                break


def _type(statement: Statement) -> str:
    return dotted(strings(statement.node.type_name))
