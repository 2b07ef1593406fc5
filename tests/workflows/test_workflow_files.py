"""
What GitHub would say of the workflow files, and what no local run can show: rights, pins, queues.

zizmor and the schema know the general faults; the rest is what this repository promises on top.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.workflows.yaml_core import read_yaml

FILES = sorted(Path(".github/workflows").glob("*.yml"))
PINNED = re.compile(r"^[\w-]+/[\w/-]+@[0-9a-f]{40}$")
BIN = Path(sys.executable).parent

REPORTING = {"actions": "read", "contents": "read", "pull-requests": "write", "security-events": "write"}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(path)
    return found


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = document(path)["jobs"]
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path).values() for step in job["steps"]]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, text=True, check=False)


def test_the_three_workflows_are_there() -> None:
    assert [path.name for path in FILES] == ["deploy.yml", "pull-request.yml", "rollback.yml"]


def test_zizmor_finds_nothing() -> None:
    found = run("zizmor", "--offline", "--persona=auditor", "--format=json", ".github/workflows")

    assert json.loads(found.stdout) == []


def test_the_schema_fits() -> None:
    checked = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, FILES))

    assert checked.returncode == 0, checked.stdout


@each_file
def test_shellcheck_finds_nothing_in_what_is_run(path: Path, tmp_path: Path) -> None:
    for number, step in enumerate(step for step in steps(path) if "run" in step):
        script = tmp_path / f"{number}.sh"
        script.write_text("#!/bin/bash\nset -eo pipefail\n" + re.sub(r"\$\{\{.*?\}\}", "_", step["run"]) + "\n")
        checked = run("shellcheck", str(script))
        assert checked.returncode == 0, f"{step['name']}: {checked.stdout}"


@each_file
def test_nothing_is_permitted_that_no_job_asks_for(path: Path) -> None:
    assert document(path)["permissions"] == {}
    for name, job in jobs(path).items():
        deploys = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        expected = {"contents": "read", **({"id-token": "write"} if deploys else {})}
        assert job["permissions"] == (REPORTING if name == "report" else expected), name


@each_file
def test_every_action_is_pinned_and_says_its_version(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]

    assert [uses for uses in used if not PINNED.match(uses)] == []
    assert len(re.findall(r"uses: \S+ # v\d+\.\d+\.\d+$", path.read_text(), re.MULTILINE)) == len(used)


@each_file
def test_every_job_ends_by_itself_and_every_shell_has_pipefail(path: Path) -> None:
    assert document(path)["defaults"]["run"]["shell"] == "bash"
    assert [name for name, job in jobs(path).items() if not 0 < job.get("timeout-minutes", 0) <= 60] == []


@each_file
def test_what_somebody_typed_reaches_the_shell_through_the_environment(path: Path) -> None:
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


@each_file
def test_no_checkout_leaves_credentials_behind(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]

    assert all(step["with"]["persist-credentials"] == "false" for step in map(_as_written, checkouts))


def _as_written(step: dict[str, Any]) -> dict[str, Any]:
    written = {key: str(value).lower() for key, value in step["with"].items()}
    return {**step, "with": written}


@each_file
def test_each_step_is_one_command_that_can_be_typed(path: Path) -> None:
    assert [step["name"] for step in steps(path) if len(step.get("run", "").strip().splitlines()) > 1] == []


def test_deploy_says_the_two_literal_commands() -> None:
    commands = [
        step["run"].split(" --payload")[0] for step in steps(Path(".github/workflows/deploy.yml")) if "run" in step
    ]

    assert "zappa update production" in commands
    assert "zappa invoke production 'run.run_alembic_upgrade'" in commands
    assert commands.index("zappa update production") < commands.index(
        "zappa invoke production 'run.run_alembic_upgrade'"
    )


def test_no_invoke_is_sent_twice() -> None:
    for name in ("deploy.yml", "rollback.yml"):
        for job in jobs(Path(".github/workflows") / name).values():
            if any("zappa invoke" in step.get("run", "") for step in job["steps"]):
                assert str(job["env"]["AWS_MAX_ATTEMPTS"]) == "1"


def test_deploys_and_rollbacks_of_the_schema_share_a_queue_that_cancels_nobody() -> None:
    deploy = document(Path(".github/workflows/deploy.yml"))["concurrency"]
    rollback = document(Path(".github/workflows/rollback.yml"))["concurrency"]

    assert deploy["group"] == "production"
    assert "|| 'production'" in rollback["group"]
    assert "inputs.mode == 'traffic' && format('traffic-{0}'" in rollback["group"]
    for queue in (deploy, rollback):
        assert (queue["cancel-in-progress"], queue["queue"]) == (False, "max")


def test_only_the_schema_waits_for_an_approval() -> None:
    found = jobs(Path(".github/workflows/rollback.yml"))

    assert found["plan"]["environment"]["name"] == "production-plan"
    assert found["rollback"]["environment"] == "${{ inputs.mode == 'traffic' && 'production-plan' || 'production' }}"
    assert jobs(Path(".github/workflows/deploy.yml"))["deploy"]["environment"] == "production"


def test_a_pull_request_never_runs_with_the_bases_rights() -> None:
    assert set(document(Path(".github/workflows/pull-request.yml"))["on"]) == {"pull_request"}


def test_rule_11_what_judges_and_what_may_write_is_checked_out_from_the_base() -> None:
    found = jobs(Path(".github/workflows/pull-request.yml"))
    refs = {
        (name, step["with"].get("path", ".")): step["with"].get("ref")
        for name in ("review", "prove", "report")
        for step in found[name]["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    }

    assert refs == {
        ("review", "change"): None,
        ("review", "judge"): "${{ github.base_ref }}",
        ("prove", "change"): None,
        ("prove", "judge"): "${{ github.base_ref }}",
        ("report", "."): "${{ github.base_ref }}",
    }


def test_revisions_run_only_in_a_job_without_credentials_and_without_a_cache() -> None:
    found = jobs(Path(".github/workflows/pull-request.yml"))
    running = {name for name, job in found.items() if any("live" in step.get("run", "") for step in job["steps"])}

    assert running == {"prove"}
    prove = found["prove"]
    assert prove["permissions"] == {"contents": "read"}
    assert [word for word in ("secrets", "token", "cache", "environment") if word in json.dumps(prove)] == []


def test_rule_11_no_job_that_may_write_takes_code_from_an_artifact() -> None:
    """Beside scripts of ours, a file of a foreign run would be imported before the standard library's."""
    for path in FILES:
        for step in steps(path):
            if step.get("uses", "").startswith("actions/download-artifact@"):
                assert step["with"]["path"].startswith("${{ runner.temp }}/"), path
