"""
An enum type is created that exists already.

Alembic sends CREATE TYPE before each create_table with an enum column, without looking: after an explicit
`create()`, even one with `checkfirst=True`, or after an earlier revision made the type, it fails. Two create_table in
one run go well, because Alembic remembers within a run; that hides it until production, where revisions come singly.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.lineage import Lineage
from pipeline.review.reading.script import Call
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance
from pipeline.review.schema.changes import Kind, Thing
from pipeline.review.schema.enums import Use, uses
from pipeline.review.schema.moments import moments

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="Alembic creates the type {subject} for this table, but {why}: {direction}() fails here.",
    remedy="tell the column that its type is there: {code}",
)


@rule.in_source
def created_again(revision: Revision) -> Iterator[Hit]:
    for direction in revision.scripts:
        remembered: set[Thing] = set()
        for call, balance in moments(revision, direction):
            for use in uses(call):
                if not use.makes_it or use.thing in remembered or call.conditional:
                    continue
                remembered.add(use.thing)
                why = _why(revision, direction, call, balance, use)
                if why:
                    yield _hit(direction, use, why)


def _why(revision: Revision, direction: Direction, call: Call, balance: Balance, use: Use) -> str | None:
    change = balance.made.get(use.thing)
    if change is not None:
        by_alembic = change.statement.call is not None and change.statement.call.name == "create_table"
        unsure = change.conditional or (direction is change.statement.direction and by_alembic)
        return None if unsure else f"line {change.statement.line} has created it"
    if use.thing in balance.gone or use.thing in balance.ever_made:
        return None
    if direction is Direction.DOWNGRADE:
        table = Thing(Kind.TABLE, call.table or "")
        return f"upgrade() dropped {call.table} and left the type" if table in balance.gone else None
    if Lineage.of(revision).has(Kind.TYPE, use.thing.name) is True:
        return "an earlier revision has created it"
    return None


def _hit(direction: Direction, use: Use, why: str) -> Hit:
    labels = ", ".join(f'"{one}"' for one in getattr(use.type, "enums", ()))
    code = f'postgresql.ENUM({labels}, name="{use.type.name}", create_type=False)'
    return Hit(
        use.thing.name, line=use.call.line, direction=direction,
        values={"why": why, "direction": direction, "code": code},
    )  # fmt: skip
