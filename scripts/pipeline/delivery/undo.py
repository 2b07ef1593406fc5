"""
Carries a plan out, release by release: traffic first, then the schema that the release was made for.

Nothing is destroyed that the approved plan did not name. One step back is held to the plan by its digest; on a longer
way each step is planned anew where the one before ended, and must not destroy anything else, or more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.delivery import github
from pipeline.delivery.aws import Aws
from pipeline.delivery.invocation import call
from pipeline.delivery.promote import wait_until_answered
from pipeline.delivery.records import run_as_markdown
from pipeline.delivery.release import Release
from pipeline.delivery.rollback import Downgrade, Plan, ask_plan
from pipeline.delivery.smoke import smoke_version
from pipeline.delivery.versions import point_live_back, release_of
from pipeline.errors import Found, UsageError

Say = Callable[[str], None]


@dataclass(frozen=True)
class Approved:
    """What was approved, as it travels from the planning job to this one."""

    steps: tuple[dict[str, Any], ...]
    revision: str
    digest: str
    ceilings: Mapping[str, int | None]
    destroyed: tuple[str, ...]
    reason: str


def approval(plan: Plan, reason: str) -> str:
    """Return what there is to approve of `plan`, as JSON on one line."""
    down = plan.downgrade
    steps = [{"version": step.target.version, "holder": step.holder} for step in plan.steps]
    return json.dumps(
        {
            "steps": steps,
            "revision": down.revision if down else plan.target.release.schema,
            "digest": down.digest if down else "",
            "ceilings": down.ceilings if down else {},
            "destroyed": sorted({loss["object"] for loss in down.losses}) if down else [],
            "reason": reason,
        }
    )


def read_approval(text: str) -> Approved:
    """Read `approval` back; raises UsageError for anything else."""
    try:
        value = json.loads(text)
        return Approved(
            tuple(value["steps"]), value["revision"], value["digest"], value["ceilings"], tuple(value["destroyed"]),
            value["reason"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--approval is not what plan_rollback.py put out: {error!r}") from error


def undo(aws: Aws, approved: Approved, say: Say) -> None:
    """Take every step of what was approved; raises Found at the first that is not what it was."""
    revision = approved.revision
    for step in approved.steps:
        release = _release(aws, step["version"])
        smoke_version(aws, step["version"], release, newer_schema=True)
        point_live_back(aws, step["version"])
        wait_until_answered(aws, step["version"])
        say(f"Version {step['version']} ({release}) serves again")
        if step["holder"]:
            _undo_schema(aws, approved, Downgrade(step["holder"], revision, release.schema, ()), say)
            revision = release.schema
        smoke_version(aws, step["version"], release)


def _undo_schema(aws: Aws, approved: Approved, downgrade: Downgrade, say: Say) -> None:
    digest, ceilings = approved.digest, approved.ceilings
    if len([step for step in approved.steps if step["holder"]]) > 1:
        planned = ask_plan(aws, downgrade)
        more = sorted({loss["object"] for loss in planned.losses} - set(approved.destroyed))
        if more:
            raise Found(
                f"Undoing {downgrade.revision} would also destroy {', '.join(more)}, which nobody approved. Nothing of "
                "it was done; plan again from here."
            )
        digest = planned.digest
        ceilings = {name: approved.ceilings.get(name) for name in planned.ceilings}
    holding = _release(aws, downgrade.holder)
    expect = {"commit": holding.commit, "head": holding.schema}
    accepted = {"digest": digest, "ceilings": ceilings} if digest else {}
    event = json.loads(github.payload(expect, target=downgrade.target, reason=approved.reason, **accepted))
    done = call(aws, "run.run_alembic_downgrade", downgrade.holder, event).value
    say(f"Undone by version {downgrade.holder}: {', '.join(done['undone']) or 'nothing, it was undone already'}")
    if "steps" in done:
        steps = [{"outcome": "undone", **step} for step in done["steps"]]
        github.summarise(run_as_markdown({"direction": "downgrade", "outcome": "undone", "steps": steps}))


def _release(aws: Aws, version: str) -> Release:
    release = release_of(aws, version)
    if release is None:
        raise Found(f"Version {version} was not published by this pipeline: plan again.")
    return release
