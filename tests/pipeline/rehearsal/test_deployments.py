"""
Deployments that go well and deployments that do not, by the real workflow files, Zappa and PostgreSQL.

One deployed function is shared, as packaging is what takes long; each test merges to it in its own way and may
rely on nothing but that some release serves.
"""

from __future__ import annotations

import base64
import hashlib
import json
import signal
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import psycopg
import pytest
from psycopg import sql
from rich.console import Console

from pipeline import git
from pipeline.delivery import upload_record
from pipeline.environment import CHECKOUT
from pipeline.errors import Found
from pipeline.keeper import Keeper
from pipeline.rehearsal import runs, scenario, truth
from pipeline.rehearsal.asking import request
from pipeline.rehearsal.checkout import export
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.machine import Machine, running_machine
from pipeline.workflows import StepIdentity, WorkflowRun

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

REVISION = '''\
"""{identifier}, made for a test."""
import sqlalchemy as sa
from alembic import op

revision = "{identifier}"
down_revision = "{below}"
branch_labels = None
depends_on = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''


@dataclass
class Main:
    """The branch that is deployed; whoever merges to it is a test."""

    machine: Machine

    @property
    def commit(self) -> str:
        return git.ask(self.folder, "rev-parse", "HEAD").strip()

    @property
    def head(self) -> str:
        return scenario.present(self.machine).schema

    def merge(self, **revisions: str | tuple[str, str]) -> str:
        """
        Commit revisions, named by one letter, each on today's head; return the commit.

        The value is the upgrade's code, or that of the upgrade and of the downgrade.
        """
        below = self.head
        for letter, code in revisions.items():
            upgrade, downgrade = (code, "pass") if isinstance(code, str) else code
            text = REVISION.format(
                identifier=letter * 12,
                below=below,
                upgrade=textwrap.indent(upgrade, "    "),
                downgrade=textwrap.indent(downgrade, "    "),
            )
            (self.folder / "migrations" / "versions" / f"{letter}.py").write_text(text)
        return self._commit()

    def take_out(self, letter: str) -> str:
        """Commit the removal of a revision; return the commit."""
        (self.folder / "migrations" / "versions" / f"{letter}.py").unlink()
        return self._commit()

    def forget(self) -> None:
        """Take the last merge back, as if it had never been."""
        git.change(self.folder, "reset", "--quiet", "--hard", "HEAD~1")

    @property
    def folder(self) -> Path:
        return self.machine.now.folder

    def _commit(self) -> str:
        git.change(self.folder, "add", "--all")
        git.change(self.folder, "commit", "--quiet", "--message", "A merge")
        return self.commit


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Our checkout, deployed for the first time."""
    with Keeper() as keeper:
        folder = keeper.folder("rehearsal")
        now = export(CHECKOUT, None, folder / "now")
        with running_machine(keeper, folder, now, Display(Console(stderr=True))) as running:
            scenario.deploy_first(running, scenario.present(running))
            yield running


@pytest.fixture
def main(machine: Machine) -> Main:
    return Main(machine)


def failure(ran: WorkflowRun) -> tuple[str, str]:
    """The step at which a run failed, and what it said."""
    with pytest.raises(Found) as found:
        runs.insist(ran)
    said = str(found.value)
    return said.partition("“")[2].partition("”")[0], said


def ran_steps(ran: WorkflowRun) -> set[str]:
    return {step.step.name for job in ran.jobs.values() for step in job.steps if step.outcome != "skipped"}


def latest(machine: Machine) -> str:
    """The code that was uploaded last."""
    function = machine.aws.client("lambda").get_function_configuration(FunctionName=machine.stage.function)
    return str(function["CodeSha256"])


def test_a_merge_deploys_and_migrates_and_is_undone_in_both_modes(machine: Machine, main: Main) -> None:
    before = scenario.present(machine)
    main.merge(a=('op.add_column("videos", sa.Column("a", sa.Text()))', 'op.drop_column("videos", "a")'))

    after = scenario.deploy(machine)
    scenario.use(machine)
    scenario.look_for_secrets(machine)
    assert (after.schema, truth.serving(machine).fit) == ("a" * 12, "current")

    scenario.roll_back(machine, "traffic", before)
    assert (truth.serving(machine).fit, truth.database_revision(machine)) == ("newer", after.schema)

    scenario.deploy(machine, lift_freeze=True)
    scenario.roll_back(machine, "traffic and schema", before)
    assert (truth.serving(machine).fit, truth.database_revision(machine)) == ("current", before.schema)


def test_what_was_undone_stays_undone_until_it_is_reverted(machine: Machine, main: Main) -> None:
    """It goes on where the rollback ended: deploys are frozen, and the revision that was undone is still merged."""
    frozen = runs.run(machine, "deploy.yml")
    held = runs.run(machine, "deploy.yml", inputs={"lift-freeze": "true"})
    main.take_out("a")
    reverted = scenario.deploy(machine)

    assert failure(frozen)[0] == failure(held)[0] == "Guard"
    assert "Deploys are frozen (rehearsed)" in failure(frozen)[1]
    assert f"Revision {'a' * 12} was undone by somebody" in failure(held)[1]
    assert truth.serving(machine).commit == reverted.commit


def test_two_heads_are_named_before_anything_is_uploaded(machine: Machine, main: Main) -> None:
    before, code = truth.serving(machine), latest(machine)
    main.merge(b="pass", c="pass")

    ran = runs.run(machine, "deploy.yml")
    main.forget()

    step, _ = failure(ran)
    said = "\n".join(ran.step("test", "One Alembic head").lines)
    assert step == "One Alembic head"
    assert "b" * 12 in said
    assert "c" * 12 in said
    assert "Update" not in ran_steps(ran)
    assert (truth.serving(machine), latest(machine)) == (before, code)


def test_a_revision_that_raises_leaves_the_old_release_serving_and_the_next_merge_goes_through(
    machine: Machine, main: Main
) -> None:
    before = truth.serving(machine)
    main.merge(d='op.execute("SELECT 1 / 0")')

    ran = runs.run(machine, "deploy.yml")

    assert failure(ran)[0] == "Upgrade the schema"
    assert "Promote" not in ran_steps(ran)
    after = truth.serving(machine)
    assert (after.commit, after.version, truth.alias(machine)) == (before.commit, before.version, before.version)
    assert request("GET", f"{machine.aws.url}/").status == 200

    main.take_out("d")
    good = main.merge(e='op.add_column("videos", sa.Column("e", sa.Text()))')
    scenario.deploy(machine)

    assert truth.serving(machine).commit == good


def test_a_deploy_that_was_killed_is_finished_by_running_it_again(machine: Machine, main: Main) -> None:
    before = truth.serving(machine)
    commit = main.merge(f='op.add_column("videos", sa.Column("f", sa.Text()))\nop.execute("SELECT pg_sleep(2)")')
    kill_zappa = """
        zappa update production > "$RUNNER_TEMP/log" 2>&1 & zappa=$!
        until grep -q "Updating Lambda function code" "$RUNNER_TEMP/log"; do sleep 0.02; kill -0 $zappa; done
        kill -9 $zappa; wait $zappa
        """

    killed = runs.run(machine, "deploy.yml", overrides={"Update": kill_zappa})
    assert failure(killed)[0] == "Update"
    assert truth.serving(machine).commit == before.commit

    with ExitStack() as faults:
        # A schedule that fires just then would be killed instead.
        clock = machine.aws.clock
        faults.callback(setattr, clock, "speed", clock.speed)
        clock.speed = 0

        def kill_the_sandbox(step: StepIdentity) -> None:
            if step.name == "Upgrade the schema":
                faults.enter_context(machine.aws.faults.kill_sandbox(after=1))

        killed = runs.run(machine, "deploy.yml", before_step=kill_the_sandbox)
    assert failure(killed)[0] == "Upgrade the schema"
    assert truth.serving(machine).commit == before.commit

    with pytest.raises(RuntimeError, match="the runner died"):
        runs.run(machine, "deploy.yml", before_step=die_before("Apply the schedules"))

    scenario.deploy(machine)
    assert (truth.serving(machine).commit, truth.database_revision(machine)) == (commit, "f" * 12)
    truth.schedules_fire_on_live(machine)


def test_only_the_package_that_this_deploy_uploaded_comes_to_serve(machine: Machine, main: Main) -> None:
    """Somebody uploads another package of the very same commit, after our upload and before it is published."""
    before = truth.serving(machine)
    commit = main.merge(h="pass")
    theirs = package_of(machine) + b"\0"

    def cross(step: StepIdentity) -> None:
        if step.name == "Publish a version":
            client = machine.aws.client("lambda")
            client.update_function_code(FunctionName=machine.stage.function, ZipFile=theirs)

    crossed = runs.run(machine, "deploy.yml", before_step=cross)
    uploaded = upload_record.read(main.folder)

    step, said = failure(crossed)
    assert step == "Publish a version"
    assert uploaded
    assert f"$LATEST holds the package {sha256(theirs)}, not {uploaded.code_sha256}" in said
    assert truth.serving(machine) == before

    scenario.deploy(machine)

    uploaded = upload_record.read(main.folder)
    assert uploaded == upload_record.Upload(commit, sha256(package_of(machine)))


def package_of(machine: Machine) -> bytes:
    """What serves, as AWS keeps it."""
    client = machine.aws.client("lambda")
    location = client.get_function(FunctionName=machine.stage.function, Qualifier="live")["Code"]["Location"]
    with build_opener(ProxyHandler({})).open(location) as package:
        return bytes(package.read())


def sha256(package: bytes) -> str:
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def die_before(name: str) -> Callable[[StepIdentity], None]:
    def before_step(step: StepIdentity) -> None:
        if step.name == name:
            raise RuntimeError("the runner died")

    return before_step


def test_an_interrupted_run_ends_as_one(machine: Machine) -> None:
    before = truth.serving(machine)

    def interrupt(step: StepIdentity) -> None:
        if step.name == "One Alembic head":
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        runs.run(machine, "deploy.yml", before_step=interrupt)

    assert truth.serving(machine) == before


def test_a_secret_that_got_out_is_found(machine: Machine) -> None:
    truth.secrets_stayed_secret(machine)
    machine.display.transcript.append(f"connecting to {machine.database_url}")

    with pytest.raises(Found, match="A secret of the rehearsal is in the output of a step"):
        truth.secrets_stayed_secret(machine)

    machine.display.transcript.pop()


def test_the_function_itself_cannot_leave_this_machine(machine: Machine) -> None:
    """Zappa executes what it is sent as `raw_command`: here, an attempt to look up a name."""
    attempt = {"raw_command": "import socket; socket.getaddrinfo('example.org', 443)"}

    answer = machine.aws.client("lambda").invoke(
        FunctionName=machine.stage.function, Qualifier="live", Payload=json.dumps(attempt)
    )

    said = json.loads(answer["Payload"].read())
    assert (answer["FunctionError"], said["errorType"]) == ("Unhandled", "NotLoopback")
    assert "wanted 'example.org'" in said["errorMessage"]


@contextmanager
def database_down(machine: Machine) -> Iterator[None]:
    """While this lasts, PostgreSQL lets nobody but its superuser into the app's database, and threw them out."""
    name = str(psycopg.conninfo.conninfo_to_dict(machine.database_url)["dbname"])
    allow = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
    with psycopg.connect(machine.server.url(), autocommit=True) as connection:
        connection.execute(allow.format(sql.Identifier(name), sql.Literal(0)))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.Literal(-1)))


def test_rule_8_traffic_goes_back_within_seconds_and_freezes_with_the_database_down(
    machine: Machine, main: Main
) -> None:
    before = scenario.present(machine)
    served = truth.alias(machine)
    main.merge(g="pass")
    scenario.deploy(machine)

    with database_down(machine):
        ran = runs.run(machine, "rollback.yml", inputs={"mode": "traffic", "target": "previous", "reason": "down"})
        assert truth.alias(machine) == served

    assert ran.step("rollback", "Traffic back").seconds < 30
    assert ran.step("rollback", "Freeze deploys").conclusion == "success"
    assert failure(ran)[0] == "Verify the release on the newer schema"
    assert truth.serving(machine).commit == before.commit
    assert failure(runs.run(machine, "deploy.yml"))[0] == "Guard"
    scenario.deploy(machine, lift_freeze=True)


def test_a_bootstrap_that_was_interrupted_before_live_was_made_uploads_anew(machine: Machine, main: Main) -> None:
    """What it uploaded may be of another checkout, and is recorded nowhere."""
    main.merge(i="pass")
    machine.aws.client("lambda").delete_alias(FunctionName=machine.stage.function, Name="live")

    runs.bootstrap(machine, machine.now)

    release = scenario.present(machine)
    truth.insist_on(machine, release.commit, release.schema)
