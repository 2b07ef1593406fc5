"""What is refused, with file, line and key, before anything runs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from pipeline.workflows import WorkflowError
from pipeline.workflows.document import Action, Script

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Load

JOB = """\
on: push
jobs:
  job:
    runs-on: ubuntu-latest
"""
STEPS = """\
    steps:
      - run: 'true'
"""


def test_a_workflow_is_read_as_it_is_written(load: Load) -> None:
    workflow = load("""
        name: Deploy
        run-name: Deploy ${{ github.sha }} by ${{ inputs.why }}
        on:
          push: {branches: [main]}
          schedule: [{cron: '0 3 * * *'}]
          workflow_dispatch:
        permissions: {}
        concurrency: {group: 'production-${{ github.ref }}', queue: max}
        env: {PYTHON: '3.13'}
        defaults: {run: {shell: bash, working-directory: app}}
        jobs:
          deploy:
            name: Deploy ${{ vars.STAGE }}
            needs: [test]
            if: github.ref == 'refs/heads/main'
            runs-on: [self-hosted, linux]
            environment: {name: production, url: 'https://${{ steps.url.outputs.host }}', deployment: false}
            permissions: {contents: read, id-token: write}
            concurrency: deploy
            timeout-minutes: 20
            defaults: {run: {shell: sh}}
            steps:
              - {name: Check out, uses: actions/checkout@3d3c42e5aac5 , with: {persist-credentials: false}}
              - {id: url, run: make url, working-directory: scripts, env: {A: 1}}
          test:
            runs-on: {group: large, labels: ubuntu}
            steps: [run: make test]
        """)

    deploy, test = workflow.jobs["deploy"], workflow.jobs["test"]
    checkout, url = deploy.steps
    assert (workflow.name, list(workflow.events)) == ("Deploy", ["push", "schedule", "workflow_dispatch"])
    assert [job.id for job in workflow.in_order()] == ["test", "deploy"]
    assert (deploy.needs, deploy.timeout_minutes.source, test.timeout_minutes.source) == (("test",), 20, 360)
    assert deploy.condition.source == "success() && (github.ref == 'refs/heads/main')"
    assert [job.default_shell and job.default_shell.source for job in (deploy, test)] == ["sh", "bash"]
    assert [job.default_directory and job.default_directory.source for job in (deploy, test)] == ["app"] * 2
    assert isinstance(checkout.does, Action)
    assert (checkout.does.name, checkout.label, checkout.line) == ("actions/checkout", "Check out", 24)
    assert checkout.does.inputs["persist-credentials"].source is False
    assert isinstance(url.does, Script)
    assert (url.id, url.label, url.env["A"].source) == ("url", "Run make url", 1)


@pytest.mark.parametrize("on", ["push", "[push, pull_request]", "{push: , pull_request: {types: [opened]}}"])
def test_events_are_named_alone_in_a_list_or_with_settings(load: Load, on: str) -> None:
    assert "push" in load(JOB.replace("push", on, 1) + STEPS).events


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- push\n", "1: a workflow is a mapping with `on` and `jobs`."),
        ("jobs: {}\n", "1: workflow: `on` must name the events"),
        ("on: push\njobs: {}\n", "2: workflow: there is no job in `jobs`."),
        ("on: push\njob: {}\n", "2: workflow: `job` is no key GitHub knows here; known are concurrency,"),
        ("on: push\njobs: [a]\n", "2: workflow: `jobs` must be a mapping."),
        ("on: push\njobs:\n  a b: {runs-on: x}\n", "3: job 'a b': 'a b' is no id"),
        ("on: push\njobs:\n  job:\n    steps: []\n", "4: job 'job': `runs-on` is missing."),
        (JOB, "4: job 'job': there is no step in `steps`."),
        (JOB + "    steps: []\n", "5: job 'job': there is no step in `steps`."),
        (JOB + "    steps: [text]\n", "5: job 'job': step 1 must be a mapping."),
        (JOB + STEPS + "env: {A: [1]}\n", "7: workflow, env: `A` must be a single value."),
        (JOB + STEPS + "env: {A: '${{ needs }}'}\n", "7: workflow, env: `A`: Unrecognized named-value"),
        (JOB + STEPS + "defaults: {shell: bash}\n", "7: workflow, defaults: `shell` is no key"),
    ],
)
def test_a_file_that_is_no_workflow_is_refused(load: Load, text: str, message: str) -> None:
    with pytest.raises(WorkflowError) as refusal:
        load(text)

    assert f"workflow.yml:{message}" in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("needs: tset", "job 'job': needs 'tset', which is no job; jobs are job."),
        ("needs: job", "job 'job': these jobs wait for each other: job."),
        ("if: ${{ secrets.A }}", "job 'job': `if`: Unrecognized named-value: 'secrets'"),
        ("if: hashFiles('a')", "job 'job': `if`: Unrecognized function: 'hashFiles'"),
        ("if: ${{ true }} || x", "job 'job': `if`: `if: ${{ true }} || x` is text around an expression"),
        ("env: {A: '${{ env.B }}'}", "job 'job', env: `A`: Unrecognized named-value: 'env'"),
        ("outputs: {A: '${{ step.B }}'}", "job 'job', outputs: `A`: Unrecognized named-value: 'step'"),
        ("timeout-minutes: ${{ env.A }}", "job 'job': `timeout-minutes`: Unrecognized named-value: 'env'"),
        ("permissions: {content: read}", "job 'job', permissions: `content` is no key GitHub knows here"),
        ("permissions: {contents: all}", "job 'job', permissions: `contents` is `read`, `write` or `none`."),
        ("permissions: all", "job 'job': `permissions` is `read-all`, `write-all` or a mapping."),
        ("concurrency: {queue: max}", "job 'job', concurrency: `group` is missing."),
        ("concurrency: {group: a, queue: all}", "job 'job', concurrency: `queue` is `single` or `max`."),
        ("environment: {url: x}", "job 'job', environment: `name` is missing."),
        ("defaults: {run: {shell: fish}}", "job 'job', defaults, run: the shell 'fish' is neither bash, sh"),
        ("services: {db: {ports: [1]}}", "service 'db': `image` is missing."),
        ("services: {db: {image: '${{ vars.A }}'}}", "service 'db': `image` may not hold an expression."),
    ],
)
def test_a_key_of_a_job_that_makes_no_sense_is_refused(load: Load, key: str, message: str) -> None:
    with pytest.raises(WorkflowError) as refusal:
        load(JOB + f"    {key}\n" + STEPS)

    assert f"workflow.yml:5: {message}" in str(refusal.value)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{name: Nothing}", "a step has either `run` or `uses`."),
        ("{run: a, uses: a/b@v1}", "a step has either `run` or `uses`."),
        ("{run: a, with: {b: 1}}", "`with` is no key GitHub knows here"),
        ("{run: a, id: __a}", "'__a' is no id"),
        ("{run: a, shell: pwsh}", "the shell 'pwsh' is neither bash, sh nor python"),
        ("{run: a, if: b.c}", "`if`: Unrecognized named-value: 'b'. Located at position 1"),
        ("{run: a, if: matrix.os}", "`if`: Unrecognized named-value: 'matrix'"),
        ("{run: a, name: '${{ x'}", "`name`: A ${{ is opened and not closed by }}: ${{ x"),
        ("{run: '${{ lower(1) }}'}", "`run`: Unrecognized function: 'lower'"),
        ("{uses: actions/checkout}", "`uses: actions/checkout` must be owner/name@version."),
        ("{uses: ./mine}", "`uses: ./mine` is not supported here: only actions with a stand-in are."),
        ("{uses: a/b@v1, working-directory: c}", "`working-directory` is no key GitHub knows here"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(load: Load, step: str, message: str) -> None:
    with pytest.raises(WorkflowError) as refusal:
        load(JOB + f"    steps:\n      - {step}\n")

    assert f"workflow.yml:6: job 'job', step 1: {message}" in str(refusal.value)


def test_two_steps_may_not_have_one_id(load: Load) -> None:
    with pytest.raises(WorkflowError, match=r"workflow.yml:5: job 'job': more than one step has the id 'x'\."):
        load(JOB + "    steps:\n      - {run: a, id: x}\n      - {run: b, id: X}\n")


@pytest.mark.parametrize(
    "unsupported",
    [
        "    strategy: {matrix: {python: ['3.11', '3.13']}}\n",
        "    container: python:3.13\n",
        "    uses: ./.github/workflows/other.yml\n",
        "    snapshot: image\n",
        "    services: {db: {image: postgres, volumes: ['/data']}}\n",
        STEPS + "        background: true\n",
    ],
)
def test_what_cannot_be_done_here_is_refused_and_not_left_out(load: Load, unsupported: str) -> None:
    """A rehearsal that runs half a workflow and says all is well is worse than none."""
    with pytest.raises(WorkflowError, match="is not supported here: "):
        load(JOB + unsupported)


def test_needs_that_go_in_a_circle_are_named(load: Load) -> None:
    text = textwrap.dedent("""
        on: push
        jobs:
          a: {runs-on: x, steps: [run: a]}
          b: {runs-on: x, needs: [a, d], steps: [run: b]}
          c: {runs-on: x, needs: b, steps: [run: c]}
          d: {runs-on: x, needs: c, steps: [run: d]}
        """)

    with pytest.raises(WorkflowError, match=r"workflow.yml:5: job 'b': these jobs wait .*: b, c, d\."):
        load(text)
