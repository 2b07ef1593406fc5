"""
The plan of a rollback: which version is to serve again, and what has to be undone in the database for it.

Targets are what was promoted, read from the alias, so a version that failed its smoke test is never one. With
mode *traffic* nothing here needs the database, because it may be the database that is down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from pipeline.delivery.aws import Aws
from pipeline.delivery.guard import database_revision
from pipeline.delivery.invocation import FunctionFailed, NoSuchFunction, call
from pipeline.delivery.release import Release
from pipeline.delivery.stage import ALIAS
from pipeline.delivery.versions import Live, published_versions, read_live
from pipeline.errors import Found, UsageError

# A version from before there were plans undoes without being asked; whoever approves has to know.
_UNTOLD = {
    "kind": "everything",
    "object": "unknown",
    "rows": None,
    "values": None,
    "counted": False,
    "why": "the version that holds the revisions is from before plans: read its downgrade() before you approve",
}

TRAFFIC = "traffic"
TRAFFIC_AND_SCHEMA = "traffic and schema"
MODES = (TRAFFIC, TRAFFIC_AND_SCHEMA)
PREVIOUS = "previous"
_TARGET = re.compile(r"previous|[0-9]{1,10}|[0-9a-f]{7,40}", re.ASCII)


@dataclass(frozen=True)
class Promoted:
    """A version that served, and what it is."""

    version: str
    release: Release

    def __str__(self) -> str:
        return f"version {self.version}, {self.release}"


@dataclass(frozen=True)
class Downgrade:
    """
    What the database has to undo: from `revision` to `target`, done by version `holder`, which holds them.

    `losses` is what that destroys; the approval of the plan is tied to it by `digest`, and limits how much of each
    object may go by `ceilings`. All of it is the answer of run.run_alembic_plan.
    """

    holder: str
    revision: str
    target: str
    undone: tuple[str, ...]
    losses: tuple[dict[str, Any], ...] = ()
    digest: str = ""
    ceilings: dict[str, int | None] = field(default_factory=dict)
    sql: str = ""


@dataclass(frozen=True)
class Plan:
    """`downgrade` is None when the schema stays as it is."""

    mode: str
    serving: str
    target: Promoted
    downgrade: Downgrade | None


def plan_rollback(aws: Aws, mode: str, target: str = PREVIOUS) -> Plan:
    """
    Return the plan for going back to `target`: "previous", a version's number, or a commit (7 digits or more).

    Raises UsageError for words that mean nothing, Found when the rollback must not be done this way.
    """
    if mode not in MODES:
        raise UsageError(f"There is no mode {mode!r}: choose {' or '.join(map(repr, MODES))}.")
    if not _TARGET.fullmatch(target):
        raise UsageError(
            f"{target!r} is no target: give {PREVIOUS!r}, a version's number, or 7 to 40 digits of a commit."
        )
    live = read_live(aws)
    promoted = _promoted(aws, live)
    chosen = _choose(live, promoted, target)
    if mode == TRAFFIC:
        return Plan(mode, live.version, chosen, None)
    _refuse_several_schemas(live, promoted, chosen)
    return Plan(mode, live.version, chosen, _downgrade(aws, chosen))


def _promoted(aws: Aws, live: Live) -> list[Promoted]:
    """What may serve again, the one that served last first; what was adopted has no release and is left out."""
    released = dict(published_versions(aws))
    return [Promoted(number, release) for number in live.previous if (release := released.get(number))]


def _choose(live: Live, promoted: list[Promoted], target: str) -> Promoted:
    if target == PREVIOUS:
        if not promoted:
            raise Found(f"Nothing was promoted before version {live.version}: there is nothing to go back to.")
        return promoted[0]
    fitting = [one for one in promoted if target == one.version or one.release.commit.startswith(target)]
    if len({one.version for one in fitting}) != 1:
        known = "; ".join(map(str, promoted)) or "none"
        raise Found(f"{target!r} names {len(fitting)} of the releases that served before. They are: {known}.")
    return fitting[0]


def _refuse_several_schemas(live: Live, promoted: list[Promoted], chosen: Promoted) -> None:
    """A release is proved to run on the next one's schema, and on no later one: go back release by release."""
    way = promoted[: promoted.index(chosen) + 1]
    changes = [after for before, after in pairwise(way) if before.release.schema != after.release.schema]
    if changes:
        first = next(one for one in way if one.release.schema == way[0].release.schema)
        raise Found(
            f"Between version {live.version} and {chosen} the schema changed more than once, and {chosen} was never "
            f"proved to run on today's. Go back to {first} first, then run this again."
        )


def _downgrade(aws: Aws, chosen: Promoted) -> Downgrade | None:
    revision = database_revision(_status(aws, chosen.version))
    if revision == chosen.release.schema:
        return None
    if revision is None:
        raise Found("The database holds no revision at all: there is nothing to undo.")
    holder = next((n for n, release in published_versions(aws) if release and release.schema == revision), None)
    if holder is None:
        raise Found(
            f"No published version holds revision {revision}, so nothing can undo it. Publish the commit that holds it "
            "(`zappa update`, then `python scripts/publish_version.py`), then run this again."
        )
    history = [one["revision"] for one in call(aws, "run.run_migration_status", holder).value["history"]]
    if chosen.release.schema not in history:
        raise Found(
            f"Revision {chosen.release.schema} of {chosen} is no ancestor of the database's revision {revision}: "
            "there is no way down to it."
        )
    undone = history[history.index(chosen.release.schema) + 1 : history.index(revision) + 1]
    return _planned(aws, holder, Downgrade(holder, revision, chosen.release.schema, tuple(reversed(undone))))


def _planned(aws: Aws, holder: str, downgrade: Downgrade) -> Downgrade:
    """Ask the version that holds the revisions what undoing them runs and destroys."""
    event = {"direction": "downgrade", "target": downgrade.target}
    try:
        plan = call(aws, "run.run_alembic_plan", holder, event).value
    except NoSuchFunction:
        return replace(downgrade, losses=(_UNTOLD,))
    irreversible = {one["revision"]: one["irreversible"] for one in plan["revisions"] if one["irreversible"]}
    if irreversible:
        told = "; ".join(f"{revision} ({why})" for revision, why in irreversible.items())
        raise Found(
            f"What lies on the way cannot be undone: {told}. Move traffic only, or correct it by a new revision."
        )
    return replace(
        downgrade,
        losses=tuple(plan["losses"]),
        digest=plan["digest"],
        ceilings=plan["ceilings"],
        sql="\n".join(one["sql"].strip() for one in plan["revisions"]),
    )


def _status(aws: Aws, other: str) -> dict[str, Any]:
    """The database as `live` sees it, or as version `other` does where `live` is what is broken."""
    try:
        status: dict[str, Any] = call(aws, "run.run_migration_status", ALIAS).value
    except FunctionFailed:
        status = call(aws, "run.run_migration_status", other).value
    return status
