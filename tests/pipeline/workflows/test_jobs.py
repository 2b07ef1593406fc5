"""Which jobs run, in which order, and what they hand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.workflows import JobRun, ServiceCall, Silent, WorkflowRun

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Run


def results(run: WorkflowRun) -> dict[str, str]:
    return {name: job.result for name, job in run.jobs.items()}


def test_jobs_run_after_what_they_need_and_otherwise_as_written(run: Run) -> None:
    ended = run("""
        on: push
        jobs:
          c: {runs-on: x, needs: [b, a], steps: [run: 'true']}
          b: {runs-on: x, steps: [run: 'true']}
          a: {runs-on: x, needs: b, steps: [run: 'true']}
          d: {runs-on: x, steps: [run: 'true']}
        """)

    assert list(ended.jobs) == ["b", "a", "c", "d"]
    assert ended.result == "success"


def test_a_failed_need_skips_the_job_and_all_that_need_it(run: Run) -> None:
    ended = run("""
        on: push
        jobs:
          test: {runs-on: x, steps: [run: exit 1]}
          deploy: {runs-on: x, needs: test, steps: [run: 'true']}
          smoke: {runs-on: x, needs: deploy, steps: [run: 'true']}
          lint: {runs-on: x, steps: [run: 'true']}
        """)

    assert results(ended) == {"test": "failure", "deploy": "skipped", "smoke": "skipped", "lint": "success"}
    assert ended.result == "failure"


def test_a_status_function_runs_a_job_whatever_became_of_its_needs(run: Run) -> None:
    ended = run("""
        on: push
        jobs:
          test: {runs-on: x, steps: [run: exit 1]}
          deploy: {runs-on: x, needs: test, if: github.ref != '', steps: [run: 'true']}
          report:
            runs-on: x
            needs: deploy
            if: always()
            steps: [{id: say, run: 'echo ${{ needs.deploy.result }}'}]
          mend: {runs-on: x, needs: deploy, if: failure(), steps: [run: 'true']}
          cheer: {runs-on: x, needs: report, steps: [run: 'true']}
        """)

    assert results(ended) == {
        "test": "failure",
        "deploy": "skipped",
        "report": "success",
        "mend": "success",  # It looks back beyond what it needs itself.
        "cheer": "skipped",  # So does success(): what it needs went well, what that needs did not.
    }
    assert ended.step("report", "say").lines == ("skipped",)


def test_a_job_whose_condition_is_false_is_skipped_without_harm(run: Run) -> None:
    ended = run("""
        on: push
        jobs:
          night: {runs-on: x, if: github.event_name == 'schedule', steps: [run: 'true']}
          day: {runs-on: x, steps: [run: 'true']}
        """)

    assert (results(ended), ended.result) == ({"night": "skipped", "day": "success"}, "success")


def test_outputs_are_evaluated_when_the_job_ended(run: Run) -> None:
    ended = run("""
        on: push
        jobs:
          one:
            runs-on: x
            outputs: {version: '${{ steps.late.outputs.version }}', missing: '${{ steps.no.outputs.x }}'}
            steps:
              - run: exit 1
              - {id: late, if: always(), run: echo version=7 >> $GITHUB_OUTPUT}
          two:
            runs-on: x
            needs: one
            if: failure()
            steps: [{id: say, run: 'echo v${{ needs.one.outputs.version }}'}]
        """)

    assert ended.jobs["one"].outputs == {"version": "7", "missing": ""}
    assert ended.step("two", "say").lines == ("v7",)


def test_an_output_that_holds_a_secret_is_kept_back(run: Run) -> None:
    """GitHub does so too, and the next job then finds an empty text."""
    ended = run(
        """
        on: push
        jobs:
          one:
            runs-on: x
            outputs: {url: 'db://${{ secrets.PASSWORD }}', name: db}
            steps: [run: 'true']
        """,
        secrets={"PASSWORD": "hush"},
    )

    assert ended.jobs["one"].outputs == {"name": "db"}
    assert [note.message for note in ended.annotations] == ["Skip output 'url' since it may contain secret."]


def test_a_job_that_may_fail_does_not_fail_the_run(run: Run) -> None:
    ended = run("""
        on: push
        jobs:
          flaky: {runs-on: x, continue-on-error: true, steps: [run: exit 1]}
          next: {runs-on: x, needs: flaky, steps: [run: 'true']}
        """)

    assert (ended.jobs["flaky"].outcome, ended.jobs["flaky"].result) == ("failure", "success")
    assert (ended.jobs["next"].result, ended.result) == ("success", "success")


def test_jobs_share_neither_environment_nor_path_nor_masks(run: Run) -> None:
    ended = run(
        """
        on: push
        jobs:
          one:
            runs-on: x
            steps:
              - run: |
                  echo A=1 >> $GITHUB_ENV
                  echo /x >> $GITHUB_PATH
                  echo ::add-mask::word
                  touch $RUNNER_TEMP/file
          two: {runs-on: x, steps: [{id: say, run: 'echo "[$A] ${PATH%%:*} word $(ls $RUNNER_TEMP)"'}]}
        """,
        environment={"PATH": "/bin:/usr/bin"},
    )

    assert ended.step("two", "say").lines == ("[] /bin word ",)


@pytest.mark.parametrize(
    ("key", "value"),
    [("if", "fromJSON('')"), ("env", {"A": "${{ fromJSON('') }}"}), ("name", "${{ fromJSON('') }}")],
)
def test_an_expression_that_breaks_fails_the_job_before_its_steps(run: Run, key: str, value: object) -> None:
    job = {"runs-on": "x", "steps": [{"run": "true"}], key: value}
    ended = run(f"on: push\njobs: {{job: {job}}}\n")

    assert ended.result == "failure"
    assert [(step.step.name, step.outcome) for step in ended.jobs["job"].steps] == [("Set up job", "failure")]


def test_an_output_that_breaks_fails_the_job(run: Run) -> None:
    ended = run("""
        on: push
        jobs:
          job: {runs-on: x, outputs: {v: "${{ fromJSON('') }}"}, steps: [run: 'true']}
        """)

    assert (ended.result, ended.annotations[0].step.name) == ("failure", "Complete job")


SERVICE = """
    on: push
    jobs:
      job:
        runs-on: x
        services:
          db:
            image: registry.example/library/postgres:18@sha256:0
            env:
              POSTGRES_PASSWORD: ${{ secrets.PASSWORD }}
            ports: [5432, '6000:6000']
            options: --health-cmd pg_isready
        steps:
          - id: say
            run: echo port ${{ job.services.db.ports[5432] }} ${{ job.services.db.ports['5432'] }}
          - run: exit 1
    """


def test_a_service_runs_as_long_as_its_job(run: Run) -> None:
    happened: list[object] = []

    @contextmanager
    def postgres(call: ServiceCall) -> Iterator[Mapping[str, str]]:
        happened.append(call)
        yield {"5432": "54321"}
        happened.append("stopped")

    class Watcher(Silent):
        def job_ended(self, run: JobRun) -> None:
            happened.append(run.result)

    ended = run(
        SERVICE,
        services={"registry.example/library/postgres": postgres},
        secrets={"PASSWORD": "pw"},
        observer=Watcher(),
    )

    assert happened == [
        ServiceCall(
            id="db",
            image="registry.example/library/postgres:18@sha256:0",
            env={"POSTGRES_PASSWORD": "pw"},
            ports=("5432", "6000:6000"),
            options="--health-cmd pg_isready",
        ),
        "stopped",
        "failure",
    ]
    assert ended.step("job", "say").lines == ("port 54321 54321",)


def test_a_service_that_does_not_start_fails_the_job(run: Run) -> None:
    def postgres(_call: ServiceCall) -> object:
        raise CouldNotAnswer("initdb is not there: run make setup.")

    ended = run(SERVICE, services={"registry.example/library/postgres": postgres})

    (step,) = ended.jobs["job"].steps
    assert (ended.result, step.step.name) == ("failure", "Initialize containers")
    assert step.lines == ("##[error]initdb is not there: run make setup.",)
