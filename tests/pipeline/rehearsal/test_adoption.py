"""
A project that is deployed already, the way the blog posts say: plain Zappa, traffic on $LATEST, no alias.

Bootstrapping it must change nothing that a user sees; the next deploy by workflow then brings the pipeline.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.delivery.package import zappa, zappa_environment
from pipeline.keeper import Keeper
from pipeline.rehearsal import runs, scenario, truth
from pipeline.rehearsal.asking import request
from pipeline.rehearsal.checkout import export
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.machine import Machine, prepared_environment, running_machine

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("adoption")]

OLD_APP = """
from flask import Flask

app = Flask(__name__)


@app.get("/status")
def status():
    return "the old app"


def run_alembic_upgrade():
    raise RuntimeError("the old app's own way")
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which the old app was deployed by `zappa deploy`."""
    display = Display(Console(quiet=True), verbose=False)
    with Keeper() as keeper:
        folder = keeper.folder("adoption")
        now = export(Path.cwd(), None, folder / "now")
        with running_machine(keeper, folder, now, display) as machine:
            deploy_the_old_way(machine, folder / "old")
            yield machine


def deploy_the_old_way(machine: Machine, folder: Path) -> None:
    settings = json.loads((machine.now.folder / "zappa_settings.json").read_text())["production"]
    for ours in ("apigateway_lambda_qualifier", "callbacks", "schedules", "aws_environment_variables"):
        del settings[ours]
    folder.mkdir()
    (folder / "zappa_settings.json").write_text(json.dumps({"production": settings}))
    (folder / "run.py").write_text(OLD_APP)
    machine.aws.client("iam").create_role(RoleName=machine.stage.role, AssumeRolePolicyDocument="{}")
    environment = machine.environment() | machine.credentials()
    package = prepared_environment("package", machine.now)
    deployed = subprocess.run(
        zappa("deploy", "production"), cwd=folder, capture_output=True, text=True, check=False,
        env={**zappa_environment(package), **environment, "VIRTUAL_ENV": str(package)},
    )  # fmt: skip
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    runs.lead_public_url(machine)


def integrations(machine: Machine) -> set[str]:
    """What the gateway calls."""
    gateway = machine.aws.client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    return {
        method["methodIntegration"]["uri"].split("function:")[1].removesuffix("/invocations")
        for resource in gateway.get_resources(restApiId=api["id"], embed=["methods"])["items"]
        for method in resource.get("resourceMethods", {}).values()
    }


def test_what_is_deployed_already_is_adopted_and_then_deployed_over(machine: Machine) -> None:
    function = machine.stage.function
    assert f"{function}:live" not in integrations(machine)

    runs.bootstrap(machine, machine.now)

    assert integrations(machine) == {f"{function}:live"}
    assert request("GET", f"{machine.aws.url}/status").body == b"the old app"
    adopted = truth.alias(machine)

    release = scenario.deploy(machine)

    assert truth.serving(machine).commit == release.commit
    assert truth.alias(machine) != adopted


def test_bootstrapping_again_changes_nothing(machine: Machine) -> None:
    before = truth.serving(machine)

    runs.bootstrap(machine, machine.now)

    assert truth.serving(machine) == before
