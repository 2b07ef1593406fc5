"""
Keeps an old or foreign checkout from production; after `zappa update` it would be too late to ask.

A workflow run that is re-run weeks later brings its old checkout along and would deploy old code over a newer
schema. What serves now is asked, never remembered: the alias, and the database through the release that serves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory

from pipeline.delivery import github
from pipeline.delivery.aws import Aws
from pipeline.delivery.conditions import refuse_frozen, refuse_held, wait_for_mutex
from pipeline.delivery.invocation import call
from pipeline.delivery.release import Release, checked_out_release, descends_from
from pipeline.delivery.stage import ALIAS
from pipeline.delivery.versions import read_live, release_of
from pipeline.errors import CouldNotAnswer, Found


@dataclass(frozen=True)
class Deployable:
    """What the guard saw: what is about to be deployed over what, and which revisions that will apply."""

    release: Release
    serving: Release | None
    version: str
    revision: str | None
    pending: tuple[str, ...]


def guard_deploy(aws: Aws, checkout: Path = Path()) -> Deployable:
    """Return what would be deployed over what; raises Found when it must not be."""
    release = checked_out_release(checkout)
    live = read_live(aws)
    serving = release_of(aws, live.version)
    if serving is None:
        github.notice(
            "Adopted version",
            f"Version {live.version} serves and was not published by this pipeline: its commit and its schema cannot "
            "be compared with the checkout. From the next deploy on they are.",
        )
        return Deployable(release, None, live.version, None, tuple(_path(checkout)))
    if not descends_from(serving.commit, checkout):
        raise Found(
            f"This checkout ({release}) does not contain what serves now ({serving}, version {live.version}). An older "
            "run was run again, or the branch was not merged: deploy the newest main instead. Nothing was changed."
        )
    status = call(aws, "run.run_migration_status", ALIAS).value
    refuse_frozen(aws, live, status)
    revision = database_revision(status)
    path = list(_path(checkout))
    if revision is not None and revision not in path:
        raise Found(
            f"The database is at revision {revision}, which this checkout's migrations do not lead to (head "
            f"{release.schema}): it holds a revision that was never merged, or a newer one. Deploy the commit that "
            "holds it, or undo it with the workflow “Rollback migration”. Nothing was changed."
        )
    pending = path[path.index(revision) + 1 :] if revision else path
    refuse_held(status, pending, checkout)
    wait_for_mutex(aws, status)
    return Deployable(release, serving, live.version, revision, tuple(pending))


def database_revision(status: dict[str, Any]) -> str | None:
    """The revision in a status answer, None for a database without any; raises when the database did not answer."""
    if status["schema"]["fit"] == "unreachable":
        raise CouldNotAnswer(
            "The database does not answer the release that serves, so what it holds cannot be told. "
            "Nothing was changed: see that it is up and reachable (`zappa tail` shows why), then run this again."
        )
    revision: str | None = status["schema"]["revision"]
    return revision


def _path(checkout: Path) -> Iterator[str]:
    """Every revision of the checkout, first to head."""
    script = ScriptDirectory(str(checkout / "migrations"))
    return (revision.revision for revision in reversed(list(script.walk_revisions())))
