"""Actions and what takes their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Found
from pipeline.workflows import ActionCall, Cancellation, WorkflowError

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Run


def test_an_action_without_a_stand_in_is_refused_before_anything_runs(run: Run) -> None:
    ran: list[object] = []

    with pytest.raises(WorkflowError) as refusal:
        run(
            """
            - run: 'true'
            - name: Deploy it
              uses: some/deployer@v3
            """,
            before_step=ran.append,
        )

    assert str(refusal.value).endswith(
        "workflow.yml:8: job 'job', step 'Deploy it' uses some/deployer@v3, and nothing stands in for it: "
        "add 'some/deployer' to the stand-ins."
    )
    assert ran == []


def test_a_service_without_a_stand_in_is_refused_before_anything_runs(run: Run) -> None:
    with pytest.raises(WorkflowError) as refusal:
        run("""
            on: push
            jobs:
              job: {runs-on: x, services: {db: {image: 'postgres:18'}}, steps: [run: 'true']}
            """)

    assert str(refusal.value).endswith(
        "job 'job', service 'db': nothing stands in for the image postgres:18; add 'postgres' to the services."
    )


def test_a_stand_in_is_told_what_the_action_would_be_told(run: Run) -> None:
    calls: list[ActionCall] = []

    def checkout(call: ActionCall) -> Mapping[str, str]:
        calls.append(call)
        return {"commit": "abc"}

    ended = run(
        """
        - id: code
          uses: actions/checkout@3d3c42e5aac5
          with: {fetch-depth: 0, ref: '${{ github.ref }}'}
          env: {A: step}
        - {id: next, run: 'echo ${{ steps.code.outputs.commit }}'}
        """,
        stand_ins={"actions/checkout": checkout},
    )

    (call,) = calls
    assert (call.uses, call.inputs) == (
        "actions/checkout@3d3c42e5aac5",
        {"fetch-depth": "0", "ref": "refs/heads/main"},
    )
    assert (call.env["A"], call.env["GITHUB_JOB"], call.step.id) == ("step", "job", "code")
    assert ended.step("job", "code").outputs == {"commit": "abc"}
    assert ended.step("job", "next").lines == ("abc",)


def test_a_stand_in_can_do_what_an_action_can(run: Run) -> None:
    def set_up(call: ActionCall) -> Mapping[str, str]:
        call.add_path("/tool/bin")
        call.set_env("TOOL", "3")
        call.summarize("# Set up\n")
        call.log("::add-mask::hush\nhush, all is set\n::notice::done")
        return {}

    ended = run(
        """
        - {id: set-up, uses: some/tool@v1}
        - {id: next, run: 'echo $TOOL ${PATH%%:*} hush'}
        """,
        stand_ins={"some/tool": set_up},
    )

    assert ended.step("job", "set-up").lines == ("***, all is set", "##[notice]done")
    assert ended.step("job", "next").lines == ("3 /tool/bin ***",)
    assert ended.summary == "# Set up\n"
    assert [note.message for note in ended.annotations] == ["done"]


def test_a_stand_in_fails_its_step_with_a_pipeline_error(run: Run) -> None:
    def refuse(_call: ActionCall) -> Mapping[str, str]:
        raise Found("The role does not trust this branch.")

    ended = run("- {id: role, uses: some/role@v1}", stand_ins={"some/role": refuse})

    assert (ended.result, ended.step("job", "role").outcome) == ("failure", "failure")
    assert ended.step("job", "role").lines == ("##[error]The role does not trust this branch.",)


def test_a_fault_in_a_stand_in_is_not_taken_for_a_failing_step(run: Run) -> None:
    def broken(call: ActionCall) -> Mapping[str, str]:
        return {"x": call.inputs["absent"]}

    with pytest.raises(KeyError, match="absent"):
        run("- uses: some/tool@v1", stand_ins={"some/tool": broken})


def test_a_stand_in_that_was_at_work_when_the_run_was_cancelled_is_cancelled(run: Run) -> None:
    cancellation = Cancellation()

    def slow(_call: ActionCall) -> Mapping[str, str]:
        cancellation.request()
        return {}

    ended = run("- {id: slow, uses: some/tool@v1}", stand_ins={"some/tool": slow}, cancellation=cancellation)

    assert (ended.result, ended.step("job", "slow").outcome) == ("cancelled", "cancelled")
