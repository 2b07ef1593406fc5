"""
What a rehearsal does, in order: a release, the next one over it by the workflow, and a look at what came of it.

Each scenario runs on a machine that is there already and raises Found when the truth is not what it should be.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from pipeline import git
from pipeline.delivery.heads import single_head
from pipeline.errors import Found
from pipeline.rehearsal import previous_release, relaying, runs, truth
from pipeline.rehearsal.checkout import Checkout, export
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.machine import Machine, prepared_environment

TARGET_SECONDS = 90


@dataclass(frozen=True)
class Release:
    """A commit, the head of its schema, and a clean checkout of it."""

    commit: str
    schema: str
    checkout: Checkout


def look_back(original: Path, now: Checkout, folder: Path, ref: str | None, display: Display) -> Release:
    """
    Return what production would have before the merge of `now`, checked out in `folder`.

    `ref` chooses it in the `original` repository; without one it is the newest ancestor with another schema
    head, or, where there is none, `now` itself.
    """
    with display.step("Look for the previous release"):
        found = previous_release.chosen(original, now, ref) if ref else previous_release.find(now.folder, now.commit)
    if found is None:
        display.note(_why_none(now))
        return Release(now.commit, single_head(now.folder / "migrations"), now)
    if found.notice:
        display.note(found.notice)
    return Release(found.commit, found.head, export(original, found.commit, folder))


def deploy_first(machine: Machine, release: Release) -> None:
    """Deploy `release` through the bootstrap script of now, and see that it serves."""
    display = machine.display
    display.heading("Previous release")
    with display.step("Make the environment of its package"):
        prepared_environment("package", release.checkout)
    runs.bootstrap(machine, release.checkout)
    with display.step("It serves on its schema"):
        truth.insist_on(machine, release.commit, release.schema)


def deploy(machine: Machine, *, with_tests: bool = False, lift_freeze: bool = False) -> Release:
    """
    Run deploy.yml as the merge would, and see that it is deployed; return what it was.

    With `lift_freeze` it is run by hand, as after a rollback.
    """
    inputs = {"lift-freeze": "true"} if lift_freeze else None
    runs.insist(runs.run(machine, "deploy.yml", inputs=inputs, with_tests=with_tests))
    release = present(machine)
    with machine.display.step("This commit serves on its schema"):
        truth.insist_on(machine, release.commit, release.schema)
    return release


def use(machine: Machine) -> None:
    """See that the deployed app does what it is for."""
    display = machine.display
    display.heading("What serves")
    with display.step("A video becomes one post") as say:
        video = relaying.video_becomes_a_post(machine)
        say(f"{video.url} is on Reddit")
    with display.step("Every schedule fires on live") as say:
        say(truth.schedules_fire_on_live(machine))
    with display.step("It is still one post") as say:
        relaying.insist_on_one_post(machine, video)


def look_for_secrets(machine: Machine) -> None:
    """See that nothing that was said, logged or packaged holds a secret."""
    with machine.display.step("No secret is in output, logs, summaries or packages"):
        truth.secrets_stayed_secret(machine)


def roll_back(machine: Machine, mode: str, release: Release) -> None:
    """Run rollback.yml in `mode`, and see that `release` serves: with "traffic and schema" on its own schema."""
    before = truth.database_revision(machine)
    inputs = {"mode": mode, "target": "previous", "reason": "rehearsed"}
    runs.insist(runs.run(machine, "rollback.yml", inputs=inputs))
    schema = release.schema if mode == "traffic and schema" else before
    if schema is None:
        raise Found("The database holds no revision: there is nothing that a rollback could have left.")
    with machine.display.step("The previous release serves again"):
        truth.insist_on(machine, release.commit, schema)


def report(machine: Machine, before: Release, started: float, target: int | None = None) -> None:
    """
    Print the table: the steps, what served `before` and what serves now.

    `started` is time.monotonic() at the start, `target` how many seconds it should take.
    """
    found = truth.serving(machine)
    took = f"{time.monotonic() - started:.0f} s"
    machine.display.table(
        {
            "before": f"commit {before.commit}, schema {before.schema}",
            "serves": f"commit {found.commit} as version {found.version}, schema {found.revision} ({found.fit})",
            "url": machine.aws.url,
            "time": f"{took} (target: {target} s)" if target else took,
        }
    )


def present(machine: Machine) -> Release:
    """What the workspace holds now."""
    commit = git.ask(machine.now.folder, "rev-parse", "HEAD").strip()
    return Release(commit, single_head(machine.now.folder / "migrations"), machine.now)


def _why_none(now: Checkout) -> str:
    reason = (
        "The history is cut off (a shallow clone: `git fetch --unshallow` brings the rest), and what is there has no "
        "release with another schema."
        if now.boundary
        else "No ancestor of this commit is a deployable release with another schema."
    )
    return f"{reason} So the deploy starts from an empty database: this commit is bootstrapped, then deployed again."
