"""A stand-in that is kinder than the real action would let a workflow pass here that fails on GitHub."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from pipeline.errors import Found
from pipeline.keeper import Keeper
from pipeline.postgres import Server
from pipeline.rehearsal import stand_ins
from pipeline.rehearsal.checkout import Checkout, export
from pipeline.workflows import ActionCall, ServiceCall, StepIdentity

if TYPE_CHECKING:
    from tests.pipeline.rehearsal.conftest import Repository


class Call:
    """A call of an action, and what the action did."""

    def __init__(self, uses: str, workspace: Path, **inputs: str) -> None:
        self.path: list[str] = []
        self.env: dict[str, str] = {}
        self.lines: list[str] = []
        self.call = ActionCall(
            step=StepIdentity("job", 1, None, "step"),
            uses=uses,
            inputs={name.replace("_", "-"): value for name, value in inputs.items()},
            env={},
            workspace=workspace,
            add_path=self.path.append,
            set_env=self.env.__setitem__,
            summarize=self.lines.append,
            log=self.lines.append,
        )


@pytest.fixture
def checkout(repository: Repository, tmp_path: Path) -> Checkout:
    repository.commit(file="old")
    repository.commit(file="new")
    return export(repository.folder, None, tmp_path / "export")


def log(checkout: Checkout) -> list[str]:
    return subprocess.check_output(["git", "-C", str(checkout.folder), "log", "--format=%s"], text=True).splitlines()


def check_out(checkout: Checkout, **inputs: str) -> Mapping[str, str]:
    given = {"persist_credentials": "false", **inputs}
    return stand_ins.check_out(checkout)(Call("actions/checkout@v7", checkout.folder, **given).call)


def test_a_checkout_has_as_much_history_as_was_asked_for(checkout: Checkout) -> None:
    """One commit unless the workflow asks for all: `merge-base --is-ancestor` needs the rest."""
    check_out(checkout)
    shallow = log(checkout)
    check_out(checkout, fetch_depth="0")

    assert (len(shallow), len(log(checkout))) == (1, 2)


def test_a_checkout_leaves_nothing_of_an_earlier_job(checkout: Checkout) -> None:
    (checkout.folder / "file").write_text("changed by a job")
    (checkout.folder / "left").mkdir()
    (checkout.folder / "left" / "behind").write_text("")

    outputs = check_out(checkout, fetch_depth="0")

    assert (checkout.folder / "file").read_text() == "new"
    assert not (checkout.folder / "left").exists()
    assert outputs["commit"] == checkout.commit


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"persist_credentials": "true"}, "keeps a token"),
        ({"fetch_depth": "7"}, "has no stand-in"),
        ({"submodules": "true"}, "nothing stands in for its input submodules"),
    ],
)
def test_a_checkout_refuses_what_it_cannot_do(checkout: Checkout, inputs: dict[str, str], reason: str) -> None:
    with pytest.raises(Found, match=reason):
        check_out(checkout, **inputs)


def test_python_comes_without_the_development_environment(tmp_path: Path) -> None:
    """On GitHub it does, so a workflow that forgets to install fails here as well."""
    call = Call("actions/setup-python@v7", tmp_path, python_version="3.13")

    stand_ins.set_up_python(tmp_path / "python")(call.call)

    assert call.path == [str(tmp_path / "python")]
    asked = [str(tmp_path / "python" / "python3"), "-c", "import sys; print(sys.prefix)"]
    assert subprocess.check_output(asked, text=True, env={}).strip() == sys.base_prefix != sys.prefix


def test_a_role_brings_the_credentials(tmp_path: Path) -> None:
    stand_in = stand_ins.become_role({"AWS_ACCESS_KEY_ID": "dummy"})
    role = "arn:aws:iam::123456789012:role/deploy"
    call = Call("aws-actions/configure-aws-credentials@v6", tmp_path, role_to_assume=role, aws_region="us-east-1")

    stand_in(call.call)

    assert call.env == {
        "AWS_ACCESS_KEY_ID": "dummy",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"role_to_assume": "", "aws_region": "us-east-1"}, "not the ARN of a role"),
        ({"role_to_assume": "arn:aws:iam::123456789012:role/deploy", "aws_region": ""}, "AWS_REGION"),
        (
            {
                "role_to_assume": "arn:aws:iam::123456789012:role/deploy",
                "aws_region": "us-east-1",
                "aws_access_key_id": "AKIA",
            },
            "nothing stands in for its input aws-access-key-id",
        ),
    ],
)
def test_without_a_role_and_a_region_there_are_no_credentials(
    tmp_path: Path, inputs: dict[str, str], reason: str
) -> None:
    call = Call("aws-actions/configure-aws-credentials@v6", tmp_path, **inputs)

    with pytest.raises(Found, match=reason):
        stand_ins.become_role({"AWS_ACCESS_KEY_ID": "dummy"})(call.call)

    assert call.env == {}


def service(**env: str) -> ServiceCall:
    return ServiceCall("postgres", "postgres:18", env, ("5432",), "")


def test_the_service_container_has_the_password_that_the_workflow_gave_it(tmp_path: Path) -> None:
    elsewhere = Server("127.0.0.1", 1, "postgres", "")
    with (
        Keeper() as keeper,
        stand_ins.postgres(keeper, elsewhere, used=True)(service(POSTGRES_PASSWORD="given")) as ports,
    ):
        own = Server("localhost", int(ports["5432"]), "postgres", "given")
        with psycopg.connect(own.url()) as connection:
            row = connection.execute("SELECT 1").fetchone()

    assert row == (1,)


def test_a_service_container_does_not_start_without_a_password() -> None:
    elsewhere = Server("127.0.0.1", 1, "postgres", "")

    with Keeper() as keeper, pytest.raises(Found, match="does not start without POSTGRES_PASSWORD"):
        stand_ins.postgres(keeper, elsewhere, used=True)(service()).__enter__()


def test_no_server_is_started_for_tests_that_are_not_run() -> None:
    elsewhere = Server("127.0.0.1", 1, "postgres", "")

    with Keeper() as keeper, stand_ins.postgres(keeper, elsewhere, used=False)(service()) as ports:
        assert ports == {"5432": "1"}
