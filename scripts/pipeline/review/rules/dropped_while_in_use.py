"""
A table or type is dropped while something that the same revision made still needs it.

PostgreSQL refuses: other objects depend on it. In a downgrade that is found out by the rollback. What came last goes
first.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance
from pipeline.review.schema.changes import Action, Change, Kind, Thing, changes
from pipeline.review.schema.references import Reference, references
from pipeline.review.spelling import operations_name, table_words

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{user} still needs {subject} when it is dropped: {direction}() fails here.",
    remedy="drop {user} first: move this line below {code}",
)


@rule.in_source
def dropped_too_early(revision: Revision) -> Iterator[Hit]:
    balance, tied = Balance(), list[Reference]()
    for direction in (Direction.UPGRADE, Direction.DOWNGRADE):
        script = revision.scripts.get(direction)
        if script is None:
            return
        for statement in script.statements:
            together = {change.thing for change in changes(statement)}
            for change in changes(statement):
                user = _still_needing(change, tied, balance)
                if user is not None and user not in together and not script.not_analysed:
                    yield _hit(revision, direction, script, change, user)
                balance.apply(change)
                tied = [one for one in tied if not _unties(change, one)]
            tied.extend(references(statement))


def _still_needing(change: Change, tied: list[Reference], balance: Balance) -> Thing | None:
    """Return what was made by the revision, is there, and needs what `change` drops."""
    if change.action is not Action.DROP or change.cascade or change.conditional:
        return None
    if change.thing.kind not in {Kind.TABLE, Kind.TYPE}:
        return None
    for one in tied:
        itself = change.thing.name in {one.user.name, one.user.table}
        table = Thing(Kind.TABLE, one.user.table)
        there = one.user in balance.made or (bool(one.user.table) and table in balance.made)
        if one.needed == change.thing and not itself and there:
            return one.user if one.user in balance.made else table
    return None


def _unties(change: Change, one: Reference) -> bool:
    """Tell whether the end of a constraint or column ends `one`; a key without a name may be any of its table."""
    if change.action is Action.MAKE or change.table != (one.user.table or one.user.name):
        return False
    if change.thing.kind is Kind.CONSTRAINT:
        return one.needed.kind is Kind.TABLE and one.name in {"", change.thing.name}
    return change.thing.kind is Kind.COLUMN and one.user in {change.thing, Thing(Kind.TABLE, change.table)}


def _hit(revision: Revision, direction: Direction, script: Script, change: Change, user: Thing) -> Hit:
    op = operations_name(revision)
    later = next(
        (
            one
            for one in script.statements
            for drop in changes(one)
            if drop.action is Action.DROP and drop.thing == user
        ),
        None,
    )
    table, schema = table_words(user.table or user.name)
    default = f"{op}.drop_table({table}{schema})" if user.kind is Kind.TABLE else f"the line that drops {user}"
    code = " ".join(later.call.text.split()) if later is not None and later.call is not None else default
    return Hit(
        change.thing.name, line=change.statement.line, direction=direction,
        values={"user": f"the {user.kind} {user}", "direction": direction, "code": code},
    )  # fmt: skip
