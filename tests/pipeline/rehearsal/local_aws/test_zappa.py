"""The real Zappa CLI, from the first deployment to the last command, against the local AWS."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline.environment import CHECKOUT, locked_environment
from pipeline.rehearsal.local_aws import LocalAws

APP = """
from flask import Flask, request

app = Flask(__name__)

@app.route("/show/<path:path>", methods=["POST"])
def show(path):
    return {"release": RELEASE, "path": path, "body": request.get_data().hex(), "url": request.url}

def task(event, context):
    return f"task of {RELEASE} for {event['who']}"

RELEASE = "RELEASE"
"""
FUNCTION = "tiny-production"
# What the tiny app does not need of the packages beside it, by the base names that `exclude` takes.
UNUSED = [
    *("alembic", "boto3", "botocore", "cryptography", "pip"),
    *("psycopg_binary", "psycopg_binary.libs", "setuptools", "sqlalchemy"),
]

Zappa = Callable[..., str]


@pytest.fixture
def project(aws: LocalAws, tmp_path: Path) -> Path:
    """A tiny Flask app with the settings that this repository's own stage has."""
    role = aws.client("iam").create_role(RoleName="zappa", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    aws.client("s3").create_bucket(
        Bucket="packages-of-the-test", CreateBucketConfiguration={"LocationConstraint": aws.region}
    )
    settings = {
        "app_function": "app.app",
        "project_name": "tiny",
        "aws_region": aws.region,
        "s3_bucket": "packages-of-the-test",
        "manage_roles": False,
        "role_name": "zappa",
        "role_arn": role,
        "apigateway_lambda_qualifier": "live",
        "touch": False,
        "keep_warm": False,
        "debug": False,
        "log_level": "INFO",
        "num_retained_versions": None,
        "use_precompiled_packages": False,
        "exclude": UNUSED,
    }
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "zappa_settings.json").write_text(json.dumps({"production": settings}))
    return folder


@pytest.fixture
def zappa(aws: LocalAws, project: Path) -> Zappa:
    """Run a command of Zappa, which must succeed, and return what it prints."""
    packages = locked_environment("package", CHECKOUT / "requirements" / "app.txt")

    def run(*command: str) -> str:
        finished = subprocess.run(
            [str(packages / "bin" / "python"), "-c", "from zappa.cli import handle; handle()", *command],
            cwd=project,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(project.parent),
                "VIRTUAL_ENV": str(packages),
                # At each command Zappa asks PyPI for a newer Zappa, and goes on without an answer.
                "HTTPS_PROXY": "http://127.0.0.1:9",
                **aws.environment(),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout
        return finished.stdout

    return run


@pytest.mark.system
def test_zappa_deploys_updates_invokes_rolls_back_and_undeploys(aws: LocalAws, project: Path, zappa: Zappa) -> None:
    """Traffic follows the alias and commands follow `$LATEST`: the pipeline is built on nothing else."""
    functions = aws.client("lambda")

    def release(name: str) -> None:
        (project / "app.py").write_text(APP.replace('"RELEASE"', repr(name)))

    def serving() -> Any:
        api = aws.client("apigateway").get_rest_apis()["items"][-1]["id"]
        host = f"{api}.execute-api.{aws.region}.amazonaws.com"
        url = f"{aws.url}/production/show/a?b=c"
        answer = requests.post(url, data=b"\x00\xff", headers={"Host": host}, timeout=20)
        return answer.json() | {"url": answer.json()["url"].replace(host, "HOST")}

    release("first")
    zappa("deploy", "production")
    version = functions.publish_version(FunctionName=FUNCTION)["Version"]
    functions.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version)
    expected = {"path": "a", "body": "00ff", "url": "https://HOST/production/show/a?b=c"}

    assert serving() == {"release": "first", **expected}

    release("second")
    zappa("update", "production")
    updated = functions.publish_version(FunctionName=FUNCTION)["Version"]
    invoked = zappa("invoke", "production", "app.task", "--payload", '{"who": "us"}')

    assert "task of second for us" in invoked
    assert serving() == {"release": "first", **expected}

    functions.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=updated)

    assert serving() == {"release": "second", **expected}

    status = zappa("status", "production")
    tail = zappa("tail", "production", "--since", "1h", "--disable-keep-open")
    zappa("rollback", "production", "-n", "1")
    rolled_back = zappa("invoke", "production", "app.task", "--payload", '{"who": "them"}')

    assert f"Lambda Name:          {FUNCTION}" in status
    assert "task of second for us" in tail
    assert "task of first for them" in rolled_back
    assert serving() == {"release": "second", **expected}

    zappa("undeploy", "production", "-y")

    left = [function["FunctionName"] for function in functions.list_functions()["Functions"]]
    assert FUNCTION not in left
