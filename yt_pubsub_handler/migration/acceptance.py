"""
Without this file a downgrade could destroy more than anybody agreed to.

What was agreed to is said twice: the digest names the plan, the ceilings how much may be lost of each table and
column. The plan is made anew here, in the package and database at hand, so that an approval of yesterday's holds
only while it is still today's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.migration.counts import count_columns
from yt_pubsub_handler.migration.dependants import lock_table
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.losses import Loss
from yt_pubsub_handler.migration.plan import Event, Plan, make_plan
from yt_pubsub_handler.migration.reading import reading, unreachable
from yt_pubsub_handler.migration.targets import Way
from yt_pubsub_handler.migration.witness import Witness, look, look_again
from yt_pubsub_handler.release import read_release

_ASK_AGAIN = "Ask for the plan (run.run_alembic_plan), have it approved, and give its digest and its ceilings."


@dataclass(frozen=True)
class Accepted:
    """The way down that was agreed to, what it destroys, and how much of each at most (None: however much)."""

    way: Way
    losses: tuple[Loss, ...] = ()
    ceilings: Mapping[str, int | None] = field(default_factory=dict)

    def of(self, revision: str) -> list[Loss]:
        """Return what may be lost in undoing `revision`."""
        return [loss for loss in self.losses if loss.revision == revision]


def accept(app: Flask, event: Event) -> Accepted:
    """
    Return what `event` asks to undo and to lose, having compared it with the plan as it is now.

    `event` has "target", and for a way that loses anything "digest" and "ceilings" of its plan. Reads only, on a
    connection of its own; call it under the mutex. Raises Refused, or MigrationFailed ("unreachable").
    """
    try:
        with reading(app) as connection:
            plan = make_plan(app, connection, "downgrade", event, read_release())
    except DBAPIError as error:
        raise unreachable(error) from None
    if not plan.way.revisions:
        return Accepted(plan.way)  # It was done before: whatever was accepted, nothing more is lost.
    _refuse_irreversible(plan)
    _refuse_digest(plan, event.get("digest"))
    return Accepted(plan.way, plan.losses, _ceilings(plan, event.get("ceilings", {})))


def recount(connection: Connection, accepted: Accepted, revision: str) -> Witness:
    """
    Lock the tables that lose something in undoing `revision`, count again, and refuse more than was accepted.

    Call it inside the transaction that undoes the revision, before its first statement: the locks (ACCESS EXCLUSIVE)
    are what its DROP takes anyway, and keep the counts true until it commits. What it returns is for `verify`. Raises
    Refused ("ceilings"); a lock that is not to be had is the DBAPIError it always is.
    """
    losses = accepted.of(revision)
    _refuse_more(connection, losses, accepted.ceilings)
    return look(connection, losses)


verify = look_again


def _refuse_more(connection: Connection, losses: Iterable[Loss], ceilings: Mapping[str, int | None]) -> None:
    limited = [
        (loss, loss.store, ceiling)
        for loss in losses
        if loss.store is not None and (ceiling := ceilings.get(loss.object)) is not None
    ]
    columns: dict[int, set[int]] = {}
    for _, store, _ in limited:
        columns.setdefault(store.address.number, set()).add(store.address.part)
    tables = {table: lock_table(connection, table) for table in sorted(columns)}
    counts = {
        table: count_columns(connection, name, columns[table]) for table, name in tables.items() if name is not None
    }
    exceeded = [
        f"{loss.object} holds {found:,} {'rows' if loss.kind == 'table' else 'values'}, accepted were {ceiling:,}"
        for loss, store, ceiling in limited
        if (found := counts.get(store.address.number, {}).get(store.address.part, 0)) > ceiling
    ]
    if exceeded:
        raise Refused(
            "ceilings",
            f"This revision was not undone, as more would be lost than was accepted: {'; '.join(exceeded)}. "
            f"{_ASK_AGAIN}",
        )


def _refuse_irreversible(plan: Plan) -> None:
    blocked = plan.irreversible()
    if blocked:
        told = "; ".join(f"{revision} ({why})" for revision, why in blocked.items())
        raise Refused(
            "irreversible",
            f"Nothing was done: on the way to {plan.way.target or 'base'} lies what cannot be undone: {told}. "
            "Move traffic only, or correct forward with a new revision.",
        )


def _refuse_digest(plan: Plan, digest: Any) -> None:
    if digest == plan.digest or (digest is None and not plan.losses):
        return
    if digest is None:
        losses = ", ".join(loss.object for loss in plan.losses[:5]) + (", …" if len(plan.losses) > 5 else "")
        raise Refused("digest", f"Nothing was done: this would destroy {losses}, and nobody accepted it. {_ASK_AGAIN}")
    raise Refused(
        "digest",
        "Nothing was done: the digest is of another plan. The database, the release, the SQL or what it destroys has "
        f"changed since. {_ASK_AGAIN}",
    )


def _ceilings(plan: Plan, given: Any) -> dict[str, int | None]:
    if not isinstance(given, Mapping) or any(_is_no_ceiling(value) for value in given.values()):
        raise Refused(
            "request",
            'Nothing was done: "ceilings" is an object of numbers by object, null for one that was not counted. '
            "Give it as the plan's answer has it.",
        )
    limited = [loss.object for loss in plan.losses if loss.is_limited]
    missing = [name for name in limited if name not in given]
    if missing:
        raise Refused(
            "ceilings",
            f"Nothing was done: how much of {', '.join(missing)} may be lost was not said. {_ASK_AGAIN}",
        )
    return {name: given[name] for name in limited}


def _is_no_ceiling(value: Any) -> bool:
    return value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0)
