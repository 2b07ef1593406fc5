"""Writes down what was promoted, and reads back what a migration did, for the summary that people look at."""

from __future__ import annotations

from typing import Any

from pipeline.delivery.aws import Aws
from pipeline.delivery.freeze import event
from pipeline.delivery.github import notice
from pipeline.delivery.invocation import NoSuchFunction, call
from pipeline.delivery.release import Release
from pipeline.delivery.stage import ALIAS
from pipeline.delivery.versions import configuration_of


def record_release(aws: Aws, version: str, release: Release, smoke: Any) -> None:
    """
    Record in the database that `version` was promoted as `release`; `smoke` is what it answered then.

    A release from before there were records is told, and stays without one: the alias remembers it.
    """
    record = {
        "commit": release.commit,
        "lambda_version": version,
        "code_sha256": configuration_of(aws, version)["CodeSha256"],
        "schema": release.schema,
        "smoke": smoke,
    }
    try:
        call(aws, "run.run_record_release", ALIAS, event(**record))
    except NoSuchFunction as error:
        notice("Not recorded", f"This release is from before there were release records: {error}")


def last_run(aws: Aws, qualifier: str, run_id: str, attempt: str) -> dict[str, Any] | None:
    """The newest run of a migration that this workflow run asked for, or None."""
    try:
        runs: list[dict[str, Any]] = call(aws, "run.run_migration_history", qualifier, {"limit": 10}).value["runs"]
    except NoSuchFunction as error:
        notice("No report", f"This release is from before the ledger: {error}")
        return None
    return next((run for run in runs if (str(run["run"]), str(run["attempt"])) == (run_id, attempt)), None)


def run_as_markdown(run: dict[str, Any]) -> str:
    """A table of what a run did to each revision: how long, how often it tried, and who was in its way."""
    lines = [
        f"### {run['direction'].capitalize()}: {run['outcome']}",
        "",
        "| revision | outcome | seconds | retries | in its way |",
        "| --- | --- | --- | --- | --- |",
    ]
    for step in run["steps"]:
        blockers = "; ".join(sorted({_blocker(one) for one in step["blockers"] or []})) or "nobody"
        lines.append(f"| {step['revision']} | {step['outcome']} | {step['seconds']} | {step['retries']} | {blockers} |")
    if not run["steps"]:
        lines.append("| none was pending | | | | |")
    if run.get("error"):
        lines += ["", run["error"]]
    return "\n".join(lines)


def _blocker(one: dict[str, Any]) -> str:
    return f"{one.get('application_name') or 'a session without a name'} ({one.get('state')})".replace("|", "/")
