"""
A stage with a deployed function, in a local AWS: the function answers as the app does, out of two files.

`deploy` is what `zappa update` leaves behind: other code on $LATEST. The real Zappa and the real app run in the
rehearsal; here each step's decisions are tried in a second.
"""

import base64
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.delivery.aws import Aws
from pipeline.delivery.promote import promote
from pipeline.delivery.publish import publish_version
from pipeline.delivery.release import Release
from pipeline.delivery.stage import Schedule, Stage
from pipeline.environment import locked_environment
from pipeline.rehearsal.local_aws import LocalAws

STAGE = Stage(
    name="production",
    function="shop-production",
    role="shop-production-ZappaLambdaExecutionRole",
    region="eu-central-1",
    bucket="shop-packages",
    secret="shop/production",
    schedules=(Schedule("expire", "rate(1 hour)", "run.run_expire"),),
)

FIRST = Release("1" * 40, "aaaaaaaaaaaa")
SECOND = Release("2" * 40, "bbbbbbbbbbbb")
THIRD = Release("3" * 40, "cccccccccccc")
HISTORY = [release.schema for release in (FIRST, SECOND, THIRD)]

HANDLER = """
import json, os, pathlib

RELEASE = json.loads(pathlib.Path("release.json").read_text())
KNOWN = RELEASE["history"]
DATABASE = pathlib.Path(os.environ["DATABASE"])

def condition():
    file = DATABASE.with_name("condition.json")
    return json.loads(file.read_text()) if file.exists() else {}

def lambda_handler(event, context):
    revision = DATABASE.exists() and DATABASE.read_text().strip() or None
    if RELEASE.get("broken"):
        raise RuntimeError("this release is broken")
    fit = "current" if revision == RELEASE["head"] else "older" if revision in KNOWN else "newer"
    fit = fit if DATABASE.exists() else "unreachable"
    status = {"release": RELEASE, "schema": {"head": RELEASE["head"], "revision": revision, "fit": fit},
              "history": [{"revision": one} for one in KNOWN]}
    command = event.get("command", "").removeprefix("run.")
    if command and command != "run_migration_status" and not DATABASE.exists():
        raise RuntimeError("the database is away")
    match command:
        case "run_migration_status":
            return status | condition()
        case "run_alembic_plan":
            return condition()["plan"]
        case "run_migration_history":
            return {"runs": condition().get("runs", []), "releases": []}
        case "run_alembic_downgrade":
            with DATABASE.with_name("calls").open("a") as calls:
                calls.write(json.dumps(event) + "\\n")
            DATABASE.write_text(event["target"])
            return {"undone": KNOWN[KNOWN.index(event["target"]) + 1:], "steps": []}
        case "run_freeze" | "run_unfreeze" | "run_release_hold" | "run_record_release":
            with DATABASE.with_name("calls").open("a") as calls:
                calls.write(json.dumps(event) + "\\n")
            return {}
    return {"statusCode": 503 if fit in ("older", "unreachable") else 200, "headers": {}, "body": json.dumps(status)}
"""


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    runtime = locked_environment("lambda", Path("requirements/lambda.txt"))
    with LocalAws(tmp_path_factory.mktemp("aws"), runtime, STAGE.region) as aws:
        yield aws


@dataclass
class Deployed:
    """The stage as the steps see it, and hands to change what they find."""

    aws: Aws
    database: Path
    role: str
    code_sha256: str = ""

    def database_is_at(self, revision: str | None) -> None:
        self.database.write_text(revision or "")

    def tells(self, **condition: Any) -> None:
        """What the function says of its database beside the revision, as the engine's status does."""
        self.database.with_name("condition.json").write_text(json.dumps(condition))

    def calls(self) -> list[dict[str, Any]]:
        """What was asked of the function that changes something."""
        file = self.database.with_name("calls")
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def deploy(self, release: Release, *, broken: bool = False) -> None:
        """Put other code on $LATEST, as `zappa update` does."""
        self.upload(package(release, broken=broken))

    def upload(self, code: bytes) -> None:
        self.code_sha256 = sha256(code)
        name = self.aws.stage.function
        if any(one["FunctionName"] == name for one in self.aws.lambda_.list_functions()["Functions"]):
            self.aws.lambda_.update_function_code(FunctionName=name, ZipFile=code, Publish=True)
            return
        self.aws.lambda_.create_function(
            FunctionName=name, Role=self.role, Handler="handler.lambda_handler", Runtime="python3.13", Timeout=20,
            Code={"ZipFile": code}, Environment={"Variables": {"DATABASE": str(self.database)}},
        )  # fmt: skip

    def publish(self, release: Release) -> str:
        """Publish what was uploaded last."""
        return publish_version(self.aws, release, self.code_sha256)

    def promote(self, version: str, release: Release) -> str:
        """Promote a version of what was uploaded last."""
        return promote(self.aws, version, release, self.code_sha256)

    def live(self) -> str:
        return self.aws.lambda_.get_alias(FunctionName=self.aws.stage.function, Name="live")["FunctionVersion"]


@pytest.fixture
def deployed(local_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    aws = Aws(STAGE)
    role = aws.iam.create_role(RoleName=STAGE.role, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    there = Deployed(aws, tmp_path / "database", role)
    there.database_is_at(None)
    yield there
    if any(one["FunctionName"] == STAGE.function for one in aws.lambda_.list_functions()["Functions"]):
        aws.lambda_.delete_function(FunctionName=STAGE.function)
    for rule in aws.events.list_rules()["Rules"]:
        targets = aws.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if targets:
            aws.events.remove_targets(Rule=rule["Name"], Ids=[target["Id"] for target in targets])
        aws.events.delete_rule(Name=rule["Name"])
    for policy in aws.iam.list_role_policies(RoleName=STAGE.role)["PolicyNames"]:
        aws.iam.delete_role_policy(RoleName=STAGE.role, PolicyName=policy)
    aws.iam.delete_role(RoleName=STAGE.role)


def sha256(code: bytes) -> str:
    """What Lambda calls a package."""
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


def package(release: Release, *, broken: bool = False) -> bytes:
    known = HISTORY[: HISTORY.index(release.schema) + 1]
    described = {"commit": release.commit, "head": release.schema, "history": known, "broken": broken}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("handler.py", HANDLER)
        archive.writestr("release.json", json.dumps(described))
    return file.getvalue()
