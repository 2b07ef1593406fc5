"""
The first deployment, which `zappa update` cannot do; and the way in for a function that is already deployed.

API Gateway is to call the alias `live`, which cannot exist before the function does, and the schema has to be
there before traffic is. Every step looks first, so that calling it again finishes what was interrupted.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from pipeline.delivery import accounts
from pipeline.delivery.aws import Aws, error_code
from pipeline.delivery.github import payload
from pipeline.delivery.invocation import FunctionFailed, call
from pipeline.delivery.package import prepare_package, zappa, zappa_environment
from pipeline.delivery.publish import LATEST, publish_version, uploaded_code, wait_until_updated
from pipeline.delivery.records import record_release
from pipeline.delivery.release import Release
from pipeline.delivery.schedules import apply_schedules
from pipeline.delivery.smoke import smoke_version
from pipeline.delivery.versions import create_live, find_live
from pipeline.errors import CouldNotAnswer

ADOPTED = "adopted"
Say = Callable[[str], None]


def bootstrap(aws: Aws, settings: dict[str, Any] | None, say: Say, checkout: Path = Path()) -> str:
    """
    Deploy `checkout` for the first time, or adopt what is deployed; return the version that serves.

    `settings` becomes the secret that the function reads at start; None keeps the one that is there.
    """
    accounts.ensure_role(aws, say)
    accounts.ensure_bucket(aws, say)
    accounts.ensure_secret(aws, settings, say)
    live = find_live(aws)
    if live:
        say(f"{aws.stage.function} is bootstrapped already: version {live.version} serves.")
        return live.version
    release, environment = prepare_package(checkout)
    if _exists(aws) and not _is_ours(aws):
        return _adopt(aws, environment, say, checkout)
    _deploy(aws, environment, say, checkout)
    return _serve(aws, release, uploaded_code(aws, release, checkout), say)


def _deploy(aws: Aws, environment: Path, say: Say, checkout: Path) -> None:
    if _exists(aws) and _has_gateway(aws):
        # An interrupted deployment's upload may be of another checkout. Nobody is served by $LATEST yet.
        say(f"zappa update {aws.stage.name}")
        _zappa(environment, checkout, "update", aws.stage.name)
        return
    if _exists(aws):
        say("An interrupted deployment left the function without a gateway: deploying it anew.")
        aws.lambda_.delete_function(FunctionName=aws.stage.function)
    say(f"zappa deploy {aws.stage.name}")
    _zappa(environment, checkout, "deploy", aws.stage.name)


def _serve(aws: Aws, release: Release, code_sha256: str, say: Say) -> str:
    version = publish_version(aws, release, code_sha256)
    say(f"Published version {version} as {release}.")
    expect = {"commit": release.commit, "head": release.schema}
    applied = call(aws, "run.run_alembic_upgrade", version, json.loads(payload(expect))).value["applied"]
    say(f"Applied {len(applied)} revisions: {', '.join(applied) or 'none were pending'}.")
    status = smoke_version(aws, version, release)
    create_live(aws, version)
    record_release(aws, version, release, status)
    names, _ = apply_schedules(aws)
    say(f"Version {version} serves as `live`; schedules: {', '.join(names) or 'none'}.")
    return version


def _adopt(aws: Aws, environment: Path, say: Say, checkout: Path) -> str:
    """Freeze what runs, then let the gateway call the alias; the schedules come with the first deploy."""
    wait_until_updated(aws)
    version = aws.lambda_.publish_version(FunctionName=aws.stage.function, Description=ADOPTED)["Version"]
    create_live(aws, version)
    say(f"Published what runs as version {version}; switching the gateway to `live`.")
    _zappa(environment, checkout, "update", aws.stage.name, "--no-upload", "yes")
    wait_until_updated(aws)
    say(f"Version {version} serves as `live`, as it did before. The next deploy brings this commit.")
    return version


def _zappa(environment: Path, checkout: Path, *words: str) -> None:
    # A role that was made seconds ago is not yet known to Lambda everywhere.
    for wait in (10, 20, None):
        done = subprocess.run(
            zappa(*words), cwd=checkout, env=zappa_environment(environment),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return
        if wait is None or "cannot be assumed by Lambda" not in done.stdout:
            print(done.stdout.rstrip())
            raise CouldNotAnswer(
                f"`zappa {' '.join(words)}` failed (its output is above). Mend that and run the same command again; "
                "what is there already is kept."
            )
        time.sleep(wait)


def _exists(aws: Aws) -> bool:
    return _found(lambda: aws.lambda_.get_function_configuration(FunctionName=aws.stage.function))


def _has_gateway(aws: Aws) -> bool:
    try:
        aws.cloudformation.describe_stacks(StackName=aws.stage.function)
    except ClientError as error:
        if error_code(error) == "ValidationError":  # CloudFormation's way to say that there is none.
            return False
        raise
    return True


def _is_ours(aws: Aws) -> bool:
    """Does $LATEST hold a package of this pipeline? A foreign one has no such function, and raises."""
    wait_until_updated(aws)
    try:
        status = call(aws, "run.run_migration_status", LATEST, show_log=False).value
    except FunctionFailed:
        return False
    return isinstance(status, dict) and "release" in status


def _found(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return False
        raise
    return True
