"""How long processes live: to the end of their time, and never beyond their job."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pipeline.workflows import Patience, Silent, StepIdentity

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Lifeline, Run


def test_a_step_whose_time_is_over_ends_with_all_its_processes(run: Run, lifeline: Lifeline) -> None:
    ended = run("""
        - id: endless
          timeout-minutes: 0.005
          run: |
            exec 9> lifeline
            sleep 100 &
            (sleep 100)
        - {id: next, run: 'true'}
        - {id: mends, if: failure(), run: 'true'}
        """)

    step = ended.step("job", "endless")
    assert (step.outcome, step.exit_code, ended.result) == ("failure", None, "failure")
    assert step.lines == ("##[error]The action 'Run exec 9> lifeline' has timed out after 0.005 minutes.",)
    assert [each.outcome for each in ended.jobs["job"].steps] == ["failure", "skipped", "success"]
    assert lifeline.all_let_go()


def test_a_job_whose_time_is_over_is_cancelled(run: Run, lifeline: Lifeline) -> None:
    ended = run("""
        on: push
        jobs:
          job:
            runs-on: x
            timeout-minutes: 0.005
            steps:
              - {id: endless, run: 'exec 9> lifeline; sleep 100'}
              - {id: next, run: 'true'}
              - {id: cleans_up, if: always(), run: 'true'}
          next: {runs-on: x, needs: job, steps: [run: 'true']}
        """)

    assert [step.outcome for step in ended.jobs["job"].steps] == ["cancelled", "skipped", "success"]
    assert [job.result for job in ended.jobs.values()] == ["cancelled", "skipped"]
    assert ended.result == "cancelled"
    assert ended.annotations[0].message == "The job has exceeded the maximum execution time of 0.005 minutes."
    assert lifeline.all_let_go()


def test_a_step_is_asked_before_it_is_killed(run: Run) -> None:
    ended = run("""
        - id: polite
          timeout-minutes: 0.005
          run: |
            trap 'echo cleaning up; exit 1' INT
            sleep 100 &
            wait
        """)

    assert ended.step("job", "polite").lines[0] == "cleaning up"


def test_who_does_not_listen_is_killed(run: Run, lifeline: Lifeline) -> None:
    started = time.monotonic()

    ended = run(
        """
        - id: deaf
          timeout-minutes: 0.005
          run: |
            exec 9> lifeline
            trap '' INT TERM
            while true; do sleep 1; done
        """,
        patience=Patience(after_signal=0.2),
    )

    assert ended.step("job", "deaf").outcome == "failure"
    assert time.monotonic() - started < 5
    assert lifeline.all_let_go()


def test_a_process_in_the_background_lives_as_long_as_its_job(run: Run, lifeline: Lifeline) -> None:
    """A step starts a server, the next one talks to it; with the job it goes."""
    ended = run("""
        - id: start
          run: |
            exec 9> lifeline
            while echo serving; do sleep 0.01; done &
            echo "pid=$!" >> "$GITHUB_OUTPUT"
        - {id: talk, run: 'kill -0 ${{ steps.start.outputs.pid }}'}
        """)

    assert ended.step("job", "talk").outcome == "success"
    assert set(ended.step("job", "start").lines) == {"serving"}
    assert lifeline.all_let_go()


def test_a_daemon_that_left_its_session_goes_with_the_job_too(run: Run, lifeline: Lifeline) -> None:
    run("""
        - shell: python
          run: |
            import subprocess
            held = open("lifeline", "w")
            subprocess.Popen(["sleep", "100"], start_new_session=True, stdout=held, stderr=held)
        """)

    assert lifeline.all_let_go()


def test_output_is_seen_while_the_step_runs(run: Run, lifeline: Lifeline) -> None:
    """The step waits for us after its first line: were output kept to the end, neither would go on."""
    seen: list[str] = []

    class Answers(Silent):
        def step_output(self, step: StepIdentity, line: str) -> None:  # noqa: ARG002 - the protocol's.
            seen.append(line)
            if line == "question":
                lifeline.answer("answer")

    run("- run: echo question; cat answer", observer=Answers())

    assert seen == ["question", "answer"]


def test_much_output_arrives_whole(run: Run) -> None:
    ended = run("- {id: step, run: seq 100000}")

    assert ended.step("job", "step").lines == tuple(map(str, range(1, 100_001)))
