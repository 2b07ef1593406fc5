"""
The command lines of the deploying steps: one function per script, which parses its words and says what it did.

What is decided is in the modules beside this one; here it only becomes arguments, outputs and sentences.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from pipeline.delivery import freeze, github, records, rollback, undo
from pipeline.delivery.aws import Aws
from pipeline.delivery.bootstrap import bootstrap
from pipeline.delivery.guard import guard_deploy
from pipeline.delivery.heads import single_head
from pipeline.delivery.package import prepare_package
from pipeline.delivery.plan_page import plan_as_markdown
from pipeline.delivery.promote import confirm, promote, wait_until_answered
from pipeline.delivery.publish import publish_version, uploaded_code, wait_until_updated
from pipeline.delivery.release import Release, came_before, checked_out_release, descends_from
from pipeline.delivery.schedules import apply_schedules
from pipeline.delivery.smoke import public_url, serving_commit, smoke_live, smoke_version
from pipeline.delivery.stage import load_stage
from pipeline.delivery.versions import point_live_back, release_of
from pipeline.errors import CouldNotAnswer, UsageError


def check_single_head(arguments: list[str]) -> None:
    """Fail unless the revisions end in exactly one head."""
    parser = argparse.ArgumentParser(prog="check_single_head.py", description=check_single_head.__doc__)
    parser.add_argument("--directory", type=Path, default=Path("migrations"), help="default: migrations")
    head = single_head(parser.parse_args(arguments).directory)
    print(f"One head: {head}")


def guard(arguments: list[str]) -> None:
    """Fail unless this checkout may be deployed over what serves now."""
    words = _staged("guard_deploy.py", guard, arguments)
    seen = guard_deploy(Aws(load_stage(words.stage)))
    serving = f"{seen.serving} as version {seen.version}" if seen.serving else f"adopted version {seen.version}"
    pending = ", ".join(seen.pending) or "none"
    print(f"{seen.release} may be deployed over {serving}. Pending revisions: {pending}")
    github.summarise(
        f"### Deploying {seen.release.commit[:12]}\n\n| | |\n| --- | --- |\n| serves now | {serving} |\n"
        f"| database | revision {seen.revision or 'none'} |\n| pending revisions | {pending} |"
    )


def package(arguments: list[str]) -> None:
    """Make this checkout ready for Zappa and say which environment it has to package."""
    argparse.ArgumentParser(prog="prepare_package.py", description=package.__doc__).parse_args(arguments)
    release, environment = prepare_package()
    github.set_environment("VIRTUAL_ENV", str(environment))
    print(f"Ready to package {release}")


def wait(arguments: list[str]) -> None:
    """Wait until code and configuration of $LATEST have settled."""
    words = _staged("wait_until_updated.py", wait, arguments)
    wait_until_updated(Aws(load_stage(words.stage)))
    print("Code and configuration have settled.")


def publish(arguments: list[str]) -> None:
    """Publish $LATEST as the checked out release; outputs: version, code-sha256, payload (for the upgrade)."""
    words = _staged("publish_version.py", publish, arguments)
    aws, release = Aws(load_stage(words.stage)), checked_out_release()
    code_sha256 = uploaded_code(aws, release)
    version = publish_version(aws, release, code_sha256)
    github.set_output("version", version)
    github.set_output("code-sha256", code_sha256)
    github.set_output("payload", github.payload({"commit": release.commit, "head": release.schema}))
    print(f"Published version {version} as {release}")


def smoke_a_version(arguments: list[str]) -> None:
    """Fail unless the published version answers as the checked out release, on its schema."""
    words = _staged("smoke_version.py", smoke_a_version, arguments, version=True)
    release = checked_out_release()
    smoke_version(Aws(load_stage(words.stage)), words.version, release)
    print(f"Version {words.version} serves {release}")


def promote_version(arguments: list[str]) -> None:
    """Point `live` to the version, and back when it does not answer; output: before."""
    parser = _parser("promote.py", promote_version, version=True)
    parser.add_argument("--code-sha256", required=True, help="the uploaded package's, as publish_version.py put out")
    words = parser.parse_args(arguments)
    release = checked_out_release()
    before = promote(Aws(load_stage(words.stage)), words.version, release, words.code_sha256)
    github.set_output("before", before)
    print(f"Traffic moved from version {before} to {words.version}")


def schedule(arguments: list[str]) -> None:
    """Make the stage's EventBridge rules what zappa_settings.json says; all of them run on `live`."""
    words = _staged("apply_schedules.py", schedule, arguments)
    applied, removed = apply_schedules(Aws(load_stage(words.stage)))
    print(
        f"Schedules on live: {', '.join(applied) or 'none'}" + (f"; removed: {', '.join(removed)}" if removed else "")
    )


def smoke_public(arguments: list[str]) -> None:
    """Fail unless the public URL serves the version; with --before, traffic goes back there when it does not."""
    parser = _parser("smoke_live.py", smoke_public, version=True)
    parser.add_argument("--before", help="the version to go back to")
    parser.add_argument("--newer-schema", action="store_true", help="the database may be ahead of the version")
    parser.add_argument("--url", default=os.environ.get("PUBLIC_URL"), help="default: $PUBLIC_URL, else the gateway's")
    words = parser.parse_args(arguments)
    aws = Aws(load_stage(words.stage))
    release, url = _release(aws, words.version), words.url or public_url(aws)
    if words.before:
        confirm(aws, url, words.version, release, words.before)
    else:
        smoke_live(url, release, newer_schema=words.newer_schema)
    print(f"{url} serves {release} as version {words.version}")
    github.summarise(f"**Live**: {url} serves {release} as version {words.version}.")


def serving_release(arguments: list[str]) -> None:
    """
    Give later steps the commit that production serves, as the output `commit`, where nobody has tried it yet.

    The output is empty where it is what this commit's pull request was tried with, and where it cannot be had; that is
    shown: a production that does not answer must not keep back the deploy that mends it.
    """
    parser = argparse.ArgumentParser(prog="serving_release.py", description=serving_release.__doc__)
    parser.add_argument("--url", default="", help="where production answers, with its stage's path if it has one")
    commit, said, unknown = _to_be_tried(parser.parse_args(arguments).url)
    github.set_output("commit", commit)
    if unknown:
        github.notice("Not tried on the new schema", said)
    else:
        print(said)


def _to_be_tried(url: str) -> tuple[str, str, bool]:
    """The commit, what to say of it, and whether production's release is not known."""
    why = "no URL was given. Set the repository variable PUBLIC_URL."
    if url:
        try:
            serving = serving_commit(url)
            if serving == came_before():
                return "", f"Production serves {serving}, which the pull request was tried with.", False
            if descends_from(serving):
                return serving, f"Production serves {serving}.", False
            why = f"{serving} serves, and this checkout does not descend from it."
        except CouldNotAnswer as error:
            why = str(error)
    return "", f"The release in production is not known: {why}", True


def plan(arguments: list[str]) -> None:
    """Say what a rollback would do; outputs: version, and approval (what undo_releases.py takes)."""
    parser = _parser("plan_rollback.py", plan)
    parser.add_argument("--mode", required=True, help=" or ".join(map(repr, rollback.MODES)))
    parser.add_argument("--target", default=rollback.PREVIOUS, help="previous, a version's number, or a commit")
    parser.add_argument("--reason", required=True, help="one line, for those who read the history")
    words = parser.parse_args(arguments)
    if not words.reason.strip() or "\n" in words.reason or len(words.reason) > 300:
        raise UsageError("A rollback needs a reason: one line of at most 300 characters.")
    aws = Aws(load_stage(words.stage))
    planned = rollback.plan_rollback(aws, words.mode, words.target or rollback.PREVIOUS)
    github.set_output("version", planned.target.version)
    github.set_output("approval", undo.approval(planned, words.reason.strip()))
    down = planned.downgrade
    undone = f"{', '.join(down.undone)}, from version {down.holder} on" if down else "none: the schema stays"
    print(f"From version {planned.serving} to {planned.target}. Revisions to undo: {undone}")
    for loss in down.losses if down else ():
        print(f"Destroys {loss['kind']} {loss['object']}: {loss['rows']} rows, {loss['values']} values")
    github.summarise(plan_as_markdown(planned, release_of(aws, planned.serving), words.reason))


def undo_releases(arguments: list[str]) -> None:
    """Carry out what was approved: traffic and schema back, release by release."""
    parser = _parser("undo_releases.py", undo_releases)
    parser.add_argument("--approval", required=True, help="the output of plan_rollback.py")
    words = parser.parse_args(arguments)
    approved = undo.read_approval(words.approval)
    undo.undo(Aws(load_stage(words.stage)), approved, lambda line: print(line, flush=True))


def move_traffic(arguments: list[str]) -> None:
    """Point `live` back to a version that served before; asks neither the database nor anybody."""
    words = _staged("move_traffic.py", move_traffic, arguments, version=True)
    aws = Aws(load_stage(words.stage))
    point_live_back(aws, words.version)
    wait_until_answered(aws, words.version)
    print(f"Version {words.version} serves again")


def freeze_deploys(arguments: list[str]) -> None:
    """Stop deploys until somebody lifts it."""
    parser = _parser("freeze.py", freeze_deploys)
    parser.add_argument("--reason", required=True, help="one line")
    words = parser.parse_args(arguments)
    freeze.freeze(Aws(load_stage(words.stage)), words.reason)
    print(f"Deploys are frozen: {words.reason}. `python scripts/unfreeze.py {words.stage}` lifts it")


def unfreeze_deploys(arguments: list[str]) -> None:
    """Let deploys run again."""
    words = _staged("unfreeze.py", unfreeze_deploys, arguments)
    freeze.unfreeze(Aws(load_stage(words.stage)))
    print("Deploys may run again")


def release_a_hold(arguments: list[str]) -> None:
    """Let a revision that was undone be applied again as it is."""
    parser = _parser("release_hold.py", release_a_hold)
    parser.add_argument("--revision", required=True, help="the revision's twelve digits")
    words = parser.parse_args(arguments)
    if not re.fullmatch(r"[0-9a-f]{12}", words.revision, re.ASCII):
        raise UsageError(f"{words.revision!r} is no revision: give its twelve digits.")
    freeze.release_hold(Aws(load_stage(words.stage)), words.revision)
    print(f"Revision {words.revision} may be applied again")


def record(arguments: list[str]) -> None:
    """Record that the version was promoted, with what the public URL answers for it."""
    parser = _parser("record_release.py", record, version=True)
    parser.add_argument("--url", default=os.environ.get("PUBLIC_URL"), help="default: $PUBLIC_URL, else the gateway's")
    words = parser.parse_args(arguments)
    aws = Aws(load_stage(words.stage))
    release = _release(aws, words.version)
    records.record_release(aws, words.version, release, smoke_live(words.url or public_url(aws), release))
    print(f"Recorded version {words.version} as {release}")


def report_migration(arguments: list[str]) -> None:
    """Show what this workflow run's migration did, revision by revision."""
    parser = _parser("report_migration.py", report_migration, version=True)
    words = parser.parse_args(arguments)
    run, attempt = os.environ.get("GITHUB_RUN_ID", ""), os.environ.get("GITHUB_RUN_ATTEMPT", "1")
    found = records.last_run(Aws(load_stage(words.stage)), words.version, run, attempt)
    if found is None:
        print(f"No migration of run {run}, attempt {attempt}, is on record: it did not begin, or nobody keeps records.")
        return
    github.summarise(records.run_as_markdown(found))
    print(f"The {found['direction']} is {found['outcome']}")


def bootstrap_stage(arguments: list[str]) -> None:
    """Deploy a stage for the first time, or bring one that is deployed already under the alias `live`."""
    parser = _parser("bootstrap.py", bootstrap_stage)
    parser.add_argument("--settings", help="a JSON file with the function's settings, - for standard input")
    words = parser.parse_args(arguments)
    stage = load_stage(words.stage)
    settings = _settings(words.settings) if words.settings else None
    version = bootstrap(Aws(stage), settings, lambda line: print(line, flush=True))
    github.set_output("version", version)


def _release(aws: Aws, version: str) -> Release:
    release = release_of(aws, version)
    if release is None:
        raise CouldNotAnswer(
            f"Version {version} was not published by this pipeline: which release it is cannot be told."
        )
    return release


def _settings(source: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text()
        value = json.loads(text)
    except (OSError, json.JSONDecodeError) as error:
        raise UsageError(f"The settings in {source} cannot be read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"The settings in {source} are not a JSON object of names and values.")
    return value


def _staged(name: str, step: Any, arguments: list[str], *, version: bool = False) -> argparse.Namespace:
    return _parser(name, step, version=version).parse_args(arguments)


def _parser(name: str, step: Any, *, version: bool = False) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description=step.__doc__)
    parser.add_argument("stage", help="a stage in zappa_settings.json")
    if version:
        parser.add_argument("--version", required=True, help="a published version's number")
    return parser
