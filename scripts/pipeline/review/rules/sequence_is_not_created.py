"""
A column takes its default from a sequence that is not there.

Alembic creates no sequences. Autogenerate writes `nextval('orders_id_seq'::regclass)` into the downgrade that brings
a table back, but that sequence belonged to the table and went with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.lineage import Lineage
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance
from pipeline.review.schema.changes import Kind, Thing, changes
from pipeline.review.schema.names import relation
from pipeline.review.spelling import operations_name, quoted

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="The sequence {subject} does not exist when a default takes its next value: {direction}() fails here.",
    remedy="{code}",
)

_NEXT = re.compile(r"""nextval\(\s*(?:CAST\()?'([\w."]+)'""", re.IGNORECASE)


@rule.in_source
def sequences_that_are_missing(revision: Revision) -> Iterator[Hit]:
    balance = Balance()
    for direction in (Direction.UPGRADE, Direction.DOWNGRADE):
        script = revision.scripts.get(direction)
        for statement in script.statements if script is not None else ():
            for name in _used(statement):
                thing = Thing(Kind.SEQUENCE, name.replace('"', "").removeprefix("public."))
                if thing not in balance.made and _missing(revision, direction, statement, thing, balance):
                    yield _hit(revision, direction, thing, statement)
            for change in changes(statement):
                balance.apply(change)


def _used(statement: Statement) -> list[str]:
    return _NEXT.findall(statement.sql) if statement.kind in {"CreateStmt", "AlterTableStmt"} else []


def _missing(revision: Revision, direction: Direction, statement: Statement, thing: Thing, balance: Balance) -> bool:
    table = relation(statement.node.relation)
    owned = thing.name.rpartition(".")[2].startswith(f"{table.rpartition('.')[2]}_") and thing.name.endswith("_seq")
    if direction is Direction.DOWNGRADE:
        return owned and statement.kind == "CreateStmt" and Thing(Kind.TABLE, table) in balance.gone
    if any(one.not_analysed for one in revision.scripts.values()):
        return False
    lineage = Lineage.of(revision)
    return lineage.complete and not lineage.mentions(thing.name) and not (owned and lineage.mentions(table))


def _hit(revision: Revision, direction: Direction, thing: Thing, statement: Statement) -> Hit:
    create = f"{operations_name(revision)}.execute({quoted(f'CREATE SEQUENCE {thing.name}')})"
    code = (
        "leave the server_default away: with autoincrement=True the table makes its sequence"
        if direction is Direction.DOWNGRADE
        else f"create it before: {create}"
    )
    return Hit(thing.name, line=statement.line, direction=direction, values={"direction": direction, "code": code})
