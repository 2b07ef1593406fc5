"""
NOT VALID and VALIDATE in one transaction are a plain ADD CONSTRAINT with more words.

The lock that ADD CONSTRAINT took is held until the transaction ends, so VALIDATE reads every row under it. Validated in
a later revision, nobody waits; if env.py runs all revisions in one transaction, it has to be a later deployment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.review.history import History
from pipeline.review.pending import PER_MIGRATION, pending_statements, together
from pipeline.review.reading.locks import Lock
from pipeline.review.reading.naming import same
from pipeline.review.reading.parts import Change, Kind
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.reading.unknown import is_anywhere_unread
from pipeline.review.rewriting import dedented, execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="{who} of {subject} wait while every row is checked: the lock of ADD CONSTRAINT {constraint} is still held.",
    remedy="In the next revision:\n{code}",
)


@rule.in_script
def validated_too_early(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        for change in statement.changed("ValidateConstraint"):
            for before in [*script.statements[:position], statement]:
                if before.transaction == statement.transaction and (lock := _added(before, change)):
                    yield _hit(statement, change, lock)


@rule.in_history
def validated_with_the_revision_before(history: History) -> Iterator[Hit]:
    statements = pending_statements(history)
    for position, statement in enumerate(statements):
        for change in statement.changed("ValidateConstraint"):
            others = list(together(statements, position))
            if any(one.kind == "CreateStmt" and same(one.table or "", change.table) for one in others):
                continue  # Nobody else can be using it yet.
            for before in others:
                if lock := _added(before, change):
                    remedy = f"In the next pull request, or with {PER_MIGRATION} in env.py, which is better."
                    where = replace(_hit(statement, change, lock), remedy=remedy, file=statement.file)
                    yield replace(where, revision=statement.revision, direction=statement.direction)


def _added(statement: Statement, change: Change) -> Lock | None:
    """The lock under which `statement` added the constraint that `change` validates."""
    for one in statement.added_constraints:
        if one.name == change.name and same(one.table, change.table):
            return Lock.SHARE_ROW_EXCLUSIVE if one.kind is Kind.FOREIGN_KEY else Lock.ACCESS_EXCLUSIVE
    return None


def _hit(statement: Statement, change: Change, lock: Lock) -> Hit:
    values = {"who": lock.words.capitalize(), "constraint": change.name or "", "code": _alone(statement)}
    return Hit(change.table, statement.line, values)


def _alone(statement: Statement) -> str:
    """The call as it is written, or the one statement of several that it sends."""
    call = statement.call
    sent = str(call.arguments.get("sqltext", "")).strip().rstrip(";").rstrip() if call is not None else ""
    if call is None or (sent != statement.sql and not is_anywhere_unread(statement.sql)):
        return execute(statement.sql)
    return dedented(call, call.text)
