"""A failed workflow must end a rehearsal with the step and the reason, not with its last line of noise."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipeline.errors import Found
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.runs import insist
from pipeline.rehearsal.watched_run import Shown
from pipeline.workflows import Annotation, JobRun, StepIdentity, StepRun, WorkflowRun
from pipeline.workflows.results import Result


def step(name: str, outcome: Result, *lines: str, error: str | None = None) -> StepRun:
    identity = StepIdentity("deploy", 1, name.lower(), name)
    return StepRun(
        step=identity,
        outcome=outcome,
        conclusion=outcome,
        outputs={},
        lines=lines,
        summary="",
        annotations=(Annotation("error", error, identity),) if error else (),
        exit_code=None,
        seconds=1.5,
    )


def run_of(*steps: StepRun) -> WorkflowRun:
    result = "failure" if any(one.outcome == "failure" for one in steps) else "success"
    job = JobRun("deploy", "Deploy", result, result, {}, steps, 1.0)  # type: ignore[arg-type]  # One of the two.
    return WorkflowRun("Deploy", result, {"deploy": job}, 1.0)  # type: ignore[arg-type]  # The same.


def test_a_run_that_succeeded_is_returned() -> None:
    ran = run_of(step("Update", "success"))

    assert insist(ran) is ran


@pytest.mark.parametrize(
    ("failed", "reason"),
    [
        (step("Guard", "failure", "error: too old", "bye", error="exit code 1"), "too old"),
        (step("Guard", "failure", "Traceback", error="exit code 1"), "exit code 1"),
        (step("Guard", "failure", "one", "two"), "two"),
        (step("Guard", "failure"), "it said nothing"),
    ],
)
def test_a_failed_run_names_the_step_and_our_scripts_own_reason_first(failed: StepRun, reason: str) -> None:
    with pytest.raises(Found) as found:
        insist(run_of(step("Install", "success", "error: not this one"), failed, step("Update", "skipped")))

    assert str(found.value) == f"Deploy failed at “Guard” of the job Deploy: {reason}"


def test_a_replaced_step_is_shown_as_not_run() -> None:
    written = io.StringIO()
    shown = Shown(Display(Console(file=written, width=80)), "Deploy", not_run="tests")

    shown.job_started("test", "Test")
    for one in (step("Tests", "success"), step("Guard", "success"), step("Update", "skipped")):
        if one.outcome != "skipped":
            shown.step_started(one.step)
        shown.step_ended(one)

    assert written.getvalue().splitlines() == [
        "Deploy · Test",
        "– Tests (not run: add --with-tests)",
        "✓ Guard  1.5 s",
        "– Update",
    ]
