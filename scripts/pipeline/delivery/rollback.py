"""
The plan of a rollback: which version is to serve again, and what has to be undone in the database for it.

Targets are what was promoted, read from the alias, so a version that failed its smoke test is never one. With
mode *traffic* nothing here needs the database, because it may be the database that is down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
class Step:
    """One release back: traffic to `target`, then, by version `holder`, the schema to its own (None: it is already)."""

    target: Promoted
    holder: str | None


@dataclass(frozen=True)
class Plan:
    """
    What serves now, what is to serve, the way there, and what it undoes as a whole (None: the schema stays).

    The way is more than one step where the schema changed more than once: a release is proved to run on the schema
    of the one after it, and on no later one.
    """

    mode: str
    serving: str
    target: Promoted
    downgrade: Downgrade | None
    steps: tuple[Step, ...]


def plan_rollback(aws: Aws, mode: str, target: str = PREVIOUS) -> Plan:
    """
    Return the plan for going back to `target`: "previous", a version's number, or a commit (7 digits or more).

    With the schema, "previous" is what serves now if the database is ahead of it, as after a rollback of traffic
    alone. Raises UsageError for words that mean nothing, Found when the rollback must not be done this way.
    """
    if mode not in MODES:
        raise UsageError(f"There is no mode {mode!r}: choose {' or '.join(map(repr, MODES))}.")
    if not _TARGET.fullmatch(target):
        raise UsageError(
            f"{target!r} is no target: give {PREVIOUS!r}, a version's number, or 7 to 40 digits of a commit."
        )
    live = read_live(aws)
    released = dict(published_versions(aws))
    if mode == TRAFFIC:
        chosen = _choose(live, _known(live.previous, released), target)
        return Plan(mode, live.version, chosen, None, (Step(chosen, None),))
    revision = _revision(aws, live)
    serving = released.get(live.version)
    if target == PREVIOUS and serving and serving.schema != revision:
        target = live.version
    chosen = _choose(live, _known((live.version, *live.previous), released), target, among_serving=True)
    steps = tuple(_way(aws, live, released, revision, chosen))
    return Plan(mode, live.version, chosen, _downgrade(aws, released, revision, chosen), steps)


def _known(numbers: Iterable[str], released: Mapping[str, Release | None]) -> list[Promoted]:
    """What may serve again, the one that served last first; what was adopted has no release and is left out."""
    return [Promoted(number, release) for number in numbers if (release := released.get(number))]


def _choose(live: Live, known: list[Promoted], target: str, *, among_serving: bool = False) -> Promoted:
    if target == PREVIOUS:
        before = [one for one in known if one.version != live.version]
        if not before:
            raise Found(f"Nothing was promoted before version {live.version}: there is nothing to go back to.")
        return before[0]
    fitting = [one for one in known if target == one.version or one.release.commit.startswith(target)]
    if len({one.version for one in fitting}) != 1:
        told = "; ".join(map(str, known)) or "none"
        served = "served" if among_serving else "served before"
        raise Found(f"{target!r} names {len(fitting)} of the releases that {served}. They are: {told}.")
    return fitting[0]


def _way(
    aws: Aws, live: Live, released: Mapping[str, Release | None], revision: str, chosen: Promoted
) -> Iterator[Step]:
    """From release to release: of each schema the one that served last, as that one met the next schema."""
    numbers = (live.version, *live.previous)
    back = numbers[: numbers.index(chosen.version) + 1]
    missing = [number for number in back[1:] if not released.get(number)]
    if missing:
        raise Found(
            f"Version {', '.join(missing)} lies on the way to {chosen} and is not there, or was not published by this "
            "pipeline: what ran between the schemas cannot serve while they are undone. Nothing was done. Move traffic "
            "only, or correct forward with a new revision."
        )
    at = revision
    for one in _known(back, released):
        if one.release.schema != at:
            yield Step(one, _holder(aws, released, at))
            at = one.release.schema
        elif one == chosen:
            yield Step(one, None)


def _holder(aws: Aws, released: Mapping[str, Release | None], revision: str) -> str:
    """
    The newest version whose package ends in `revision`, so that it holds the way down from there.

    Its description is not enough: the version that Zappa itself publishes carries the description of the release
    before it. So the package is asked which release it is.
    """
    for number, release in released.items():
        if release and release.schema == revision and _is(aws, number, release):
            return number
    raise Found(
        f"No published version holds revision {revision}, so nothing can undo it. Publish the commit that holds it "
        "(`python scripts/prepare_package.py`, `zappa update`, `python scripts/publish_version.py`), then run this "
        "again."
    )


def _is(aws: Aws, number: str, release: Release) -> bool:
    try:
        found = call(aws, "run.run_migration_status", number, show_log=False).value
    except FunctionFailed:
        return False
    return bool(found["release"]["commit"] == release.commit)


def _downgrade(aws: Aws, released: Mapping[str, Release | None], revision: str, chosen: Promoted) -> Downgrade | None:
    if revision == chosen.release.schema:
        return None
    holder = _holder(aws, released, revision)
    history = [one["revision"] for one in call(aws, "run.run_migration_status", holder).value["history"]]
    if chosen.release.schema not in history:
        raise Found(
            f"Revision {chosen.release.schema} of {chosen} is no ancestor of the database's revision {revision}: "
            "there is no way down to it."
        )
    undone = history[history.index(chosen.release.schema) + 1 : history.index(revision) + 1]
    return ask_plan(aws, Downgrade(holder, revision, chosen.release.schema, tuple(reversed(undone))))


def ask_plan(aws: Aws, downgrade: Downgrade) -> Downgrade:
    """Ask the version that holds the revisions what undoing them runs and destroys, and return it with that."""
    event = {"direction": "downgrade", "target": downgrade.target}
    try:
        plan = call(aws, "run.run_alembic_plan", downgrade.holder, event).value
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


def _revision(aws: Aws, live: Live) -> str:
    """The database's revision as `live` sees it, or as the one before does where `live` is what is broken."""
    try:
        status = call(aws, "run.run_migration_status", ALIAS).value
    except FunctionFailed:
        if not live.previous:
            raise
        status = call(aws, "run.run_migration_status", live.previous[0]).value
    revision = database_revision(status)
    if revision is None:
        raise Found("The database holds no revision at all: there is nothing to undo.")
    return revision
