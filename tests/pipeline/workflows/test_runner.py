"""The call that runs a workflow: what it takes, what it tells, what it gives back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.workflows import Event, JobRun, PlainLines, StandIn, StepIdentity, StepRun

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Run

TWO_JOBS = """
    on: push
    jobs:
      test:
        runs-on: x
        steps:
          - {id: unit, name: Unit tests, run: exit 1}
      deploy:
        runs-on: x
        needs: test
        steps:
          - {id: unit, run: 'echo ${{ github.ref_name }}'}
          - {name: Smoke, if: 'false', run: exit 1}
          - {uses: actions/checkout@v7}
    """
STAND_INS: dict[str, StandIn] = {"actions/checkout": lambda _call: {}}


def test_a_step_can_be_given_another_script(run: Run) -> None:
    ended = run(TWO_JOBS, stand_ins=STAND_INS, overrides={"Unit tests": "echo stubbed"})

    assert ended.result == "success"
    assert ended.step("test", "unit").lines == ("stubbed",)
    assert ended.step("deploy", "unit").lines == ("main",)


@pytest.mark.parametrize(
    ("name", "tested", "deployed"),
    [("unit", "stub", "stub"), ("test/unit", "stub", "main"), ("test/Unit tests", "stub", "main")],
)
def test_an_override_means_every_step_of_that_name_or_one_jobs(run: Run, name: str, tested: str, deployed: str) -> None:
    ended = run(TWO_JOBS, stand_ins=STAND_INS, overrides={name: "echo stub"})

    assert ended.step("test", "unit").lines == (tested,)
    assert ended.step("deploy", "unit").lines == (deployed,)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "Unit test",
            "has the id or name 'Unit test'; "
            "steps are test/unit, deploy/unit, deploy/Smoke, deploy/Run actions/checkout@v7.",
        ),
        ("Run actions/checkout@v7", "is an action: give it a stand-in instead."),
    ],
)
def test_an_override_that_fits_no_script_is_an_error(run: Run, name: str, message: str) -> None:
    """Whoever renames a step must learn that the rehearsal now runs the real thing."""
    with pytest.raises(UsageError) as refusal:
        run(TWO_JOBS, stand_ins=STAND_INS, overrides={name: "echo"})

    assert message in str(refusal.value)


def test_an_event_the_file_does_not_wait_for_is_refused(run: Run) -> None:
    with pytest.raises(UsageError, match=r"workflow.yml does not run on pull_request; it runs on push\."):
        run(TWO_JOBS, stand_ins=STAND_INS, event=Event("pull_request"))


def test_a_ref_must_be_whole(run: Run) -> None:
    with pytest.raises(UsageError, match="'main' is no whole ref"):
        run("- run: 'true'", event=Event("push", ref="main"))


def test_a_pull_request_has_its_branches(run: Run) -> None:
    ended = run(
        """
        on: pull_request
        jobs:
          job:
            runs-on: x
            steps:
              - id: say
                run: echo ${{ github.base_ref }} $GITHUB_HEAD_REF $GITHUB_REF_NAME ${{ github.event.number }}
        """,
        event=Event(
            "pull_request",
            ref="refs/pull/7/merge",
            payload={"number": 7, "pull_request": {"base": {"ref": "main"}, "head": {"ref": "fix"}}},
        ),
    )

    assert ended.step("job", "say").lines == ("main fix 7/merge 7",)


def test_variables_and_secrets_are_contexts(run: Run) -> None:
    ended = run(
        "- {id: say, run: 'echo ${{ vars.STAGE }} ${{ vars.none }} ${{ secrets.none == null }}'}",
        variables={"STAGE": "production"},
    )

    assert ended.step("job", "say").lines == ("production true",)


def test_an_observer_hears_everything_in_order(run: Run) -> None:
    heard: list[tuple[str, ...]] = []

    class Listener:
        def job_started(self, job: str, name: str) -> None:
            heard.append(("job", job, name))

        def step_started(self, step: StepIdentity) -> None:
            heard.append(("step", step.name))

        def step_output(self, step: StepIdentity, line: str) -> None:
            heard.append(("line", step.name, line))

        def step_ended(self, run: StepRun) -> None:
            heard.append(("step ended", run.step.name, run.outcome))

        def job_ended(self, run: JobRun) -> None:
            heard.append(("job ended", run.id, run.result))

    run(
        TWO_JOBS.replace("exit 1", "echo hush"),
        stand_ins=STAND_INS,
        observer=Listener(),
        secrets={"A": "hush"},
    )

    assert heard == [
        ("job", "test", "test"),
        ("step", "Unit tests"),
        ("line", "Unit tests", "***"),
        ("step ended", "Unit tests", "success"),
        ("job ended", "test", "success"),
        ("job", "deploy", "deploy"),
        ("step", "Run echo main"),
        ("line", "Run echo main", "main"),
        ("step ended", "Run echo main", "success"),
        ("step ended", "Smoke", "skipped"),
        ("step", "Run actions/checkout@v7"),
        ("step ended", "Run actions/checkout@v7", "success"),
        ("job ended", "deploy", "success"),
    ]


def test_plain_lines_say_where_they_come_from(run: Run) -> None:
    stream = io.StringIO()

    run("- {name: Greet, run: echo hello}", observer=PlainLines(stream))

    first, *_, last = stream.getvalue().splitlines()
    assert first == "job · Greet | hello"
    assert last.startswith("job: success after ")


def test_nothing_is_left_of_a_run_but_its_result(run: Run, workspace: Path) -> None:
    ended = run("- {id: say, run: 'echo $RUNNER_TEMP; touch $RUNNER_TEMP/file'}")

    (folder,) = ended.step("job", "say").lines
    assert not Path(folder).exists()
    assert list(workspace.iterdir()) == []


def test_a_step_is_found_by_id_or_name_and_a_wrong_name_tells_the_right_ones(run: Run) -> None:
    ended = run("- {id: say, name: Say it, run: echo it}")

    assert ended.step("job", "say") is ended.step("job", "Say it")
    with pytest.raises(CouldNotAnswer, match="ran no step 'sya'; it ran: say"):
        ended.step("job", "sya")


def test_jobs_share_the_workspace_unless_each_is_given_its_own(run: Run, workspace: Path) -> None:
    writes_and_looks = """
        on: push
        jobs:
          write: {runs-on: x, steps: [run: 'echo text > "$GITHUB_WORKSPACE/left"']}
          look: {runs-on: x, needs: write, steps: [{id: ls, run: 'ls; echo ${{ github.workspace }}'}]}
        """

    shared = run(writes_and_looks)
    apart = run(writes_and_looks, own_workspaces=True)

    assert shared.step("look", "ls").lines == ("left", str(workspace))
    assert apart.step("look", "ls").lines == (str(workspace / "look"),)
