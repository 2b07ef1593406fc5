"""A run that is asked to end: what stops, what still runs, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.workflows import Cancellation, Patience, Silent, StepIdentity, WorkflowRun

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Lifeline, Run


class OnLine(Silent):
    """Calls back when a step prints a certain line: the moment to press the button."""

    def __init__(self, line: str, act: Callable[[], object]) -> None:
        self._line, self._act = line, act

    def step_output(self, step: StepIdentity, line: str) -> None:  # noqa: ARG002 - the protocol's.
        if line == self._line:
            self._act()


def outcomes(run: WorkflowRun) -> dict[str | None, str]:
    return {step.step.id: step.outcome for job in run.jobs.values() for step in job.steps}


STEPS = """
    - id: running
      run: |
        exec 9> lifeline
        sleep 100 &
        echo ready
        wait
    - {id: next, run: 'true'}
    - {id: always, if: always(), run: 'echo ${{ job.status }}'}
    - {id: cancelled, if: cancelled(), run: 'true'}
    - {id: failed, if: failure(), run: 'true'}
    """


def test_the_running_step_stops_and_those_that_ask_for_it_still_run(run: Run, lifeline: Lifeline) -> None:
    cancellation = Cancellation()

    ended = run(STEPS, cancellation=cancellation, observer=OnLine("ready", cancellation.request))

    assert outcomes(ended) == {
        "running": "cancelled",
        "next": "skipped",
        "always": "success",
        "cancelled": "success",
        "failed": "skipped",
    }
    assert (ended.result, ended.jobs["job"].result) == ("cancelled", "cancelled")
    assert ended.step("job", "running").lines == ("ready", "##[error]The operation was canceled.")
    assert ended.step("job", "always").lines == ("cancelled",)
    assert lifeline.all_let_go()


def test_another_thread_may_ask(run: Run, lifeline: Lifeline) -> None:
    cancellation, ready = Cancellation(), threading.Event()
    ended: list[WorkflowRun] = []
    observer = OnLine("ready", ready.set)
    runner = threading.Thread(target=lambda: ended.append(run(STEPS, cancellation=cancellation, observer=observer)))

    runner.start()
    ready.wait(10)
    cancellation.request()
    runner.join(10)

    assert [each.result for each in ended] == ["cancelled"]
    assert lifeline.all_let_go()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_too_and_its_handler_is_put_back(run: Run, lifeline: Lifeline, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    ended = run(STEPS, observer=OnLine("ready", lambda: os.kill(os.getpid(), number)))

    assert (ended.result, outcomes(ended)["always"]) == ("cancelled", "success")
    assert signal.getsignal(number) is before
    assert lifeline.all_let_go()


def test_a_second_signal_ends_everything_at_once(run: Run, lifeline: Lifeline, tmp_path: Path) -> None:
    def press_twice() -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)

    ran: list[str | None] = []
    with pytest.raises(KeyboardInterrupt):
        run(
            STEPS.replace("echo ready", f"echo $RUNNER_TEMP > {tmp_path}/temp; echo ready"),
            observer=OnLine("ready", press_twice),
            before_step=lambda step: ran.append(step.id),
        )

    assert ran == ["running"]
    assert lifeline.all_let_go()
    assert not Path((tmp_path / "temp").read_text().strip()).exists()


def test_a_step_whose_condition_still_holds_goes_on(run: Run, lifeline: Lifeline) -> None:
    """`always()` on a step that cleans up protects it, as on GitHub."""
    cancellation = Cancellation()

    def cancel_then_let_go_on() -> None:
        cancellation.request()
        lifeline.answer("on")

    ended = run(
        """
        - id: cleans_up
          if: always()
          run: |
            echo ready
            cat answer
        - {id: next, run: 'true'}
        """,
        cancellation=cancellation,
        observer=OnLine("ready", cancel_then_let_go_on),
    )

    assert outcomes(ended) == {"cleans_up": "success", "next": "skipped"}
    assert ended.step("job", "cleans_up").lines == ("ready", "on")
    assert ended.result == "cancelled"


def test_what_runs_although_cancelled_has_a_bound(run: Run, lifeline: Lifeline) -> None:
    cancellation = Cancellation()

    ended = run(
        """
        - id: endless
          if: always()
          run: |
            exec 9> lifeline
            echo ready
            sleep 100
        - {id: late, if: always(), run: 'true'}
        """,
        cancellation=cancellation,
        observer=OnLine("ready", cancellation.request),
        patience=Patience(after_cancel=0.2),
    )

    assert outcomes(ended) == {"endless": "cancelled", "late": "skipped"}
    assert lifeline.all_let_go()


def test_jobs_that_did_not_start_run_only_if_they_ask_for_it(run: Run) -> None:
    cancellation = Cancellation()

    ended = run(
        """
        on: push
        jobs:
          one: {runs-on: x, steps: [run: 'true']}
          two: {runs-on: x, needs: one, steps: [run: 'true']}
          report: {runs-on: x, needs: two, if: cancelled(), steps: [run: 'true']}
        """,
        cancellation=cancellation,
        before_step=lambda step: cancellation.request() if step.job == "one" else None,
    )

    assert {name: job.result for name, job in ended.jobs.items()} == {
        "one": "cancelled",
        "two": "skipped",
        "report": "success",
    }
    assert ended.result == "cancelled"


def test_a_run_can_be_cut_at_a_steps_beginning(run: Run) -> None:
    """Rehearsals kill the deployment at every step, and look at what is left."""
    cancellation = Cancellation()
    seen: list[str | None] = []

    def cut(step: StepIdentity) -> None:
        seen.append(step.id)
        if step.id == "two":
            cancellation.request()

    ended = run(
        """
        - {id: one, run: 'true'}
        - {id: skipped, if: 'false', run: 'true'}
        - {id: two, run: 'true'}
        - {id: three, run: 'true'}
        """,
        cancellation=cancellation,
        before_step=cut,
    )

    assert seen == ["one", "two"]
    assert outcomes(ended) == {"one": "success", "skipped": "skipped", "two": "skipped", "three": "skipped"}


def test_an_error_in_a_callback_is_raised_and_leaves_nothing_behind(run: Run, lifeline: Lifeline) -> None:
    def break_down() -> None:
        raise RuntimeError("the display broke")

    with pytest.raises(RuntimeError, match="the display broke"):
        run(STEPS, observer=OnLine("ready", break_down))

    assert lifeline.all_let_go()


def test_a_request_before_the_start_lets_nothing_run(run: Run) -> None:
    cancellation = Cancellation()
    cancellation.request()

    ended = run("- {id: step, run: 'true'}", cancellation=cancellation)

    assert (ended.result, ended.jobs["job"].steps) == ("cancelled", ())


def test_a_request_after_the_end_changes_nothing(run: Run) -> None:
    cancellation = Cancellation()

    class AtTheEnd(Silent):
        def job_ended(self, run: object) -> None:  # noqa: ARG002 - the protocol's.
            cancellation.request()

    ended = run("- run: 'true'", cancellation=cancellation, observer=AtTheEnd())

    assert ended.result == "success"
