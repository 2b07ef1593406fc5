"""
Runs what a deployment consists of: the bootstrap script once, then the workflow files, on a rehearsal's machine.

The workflow files are the export's own, so what is rehearsed is what a merge of it would run.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline import git
from pipeline.delivery import upload_record
from pipeline.errors import Found
from pipeline.rehearsal import stand_ins
from pipeline.rehearsal.checkout import Checkout
from pipeline.rehearsal.machine import STAGE, Machine
from pipeline.rehearsal.watched_run import Shown
from pipeline.workflows import (
    Cancellation,
    Event,
    Patience,
    StepIdentity,
    StepRun,
    Workflow,
    WorkflowRun,
    load_workflow,
    run_workflow,
)

_TESTS = frozenset({"tests", "window"})
"""The ids of the steps in deploy.yml that take as long as all others and say nothing of the deploying."""
REPOSITORY = "somebody/yt-pubsub-handler"


def bootstrap(machine: Machine, checkout: Checkout) -> None:
    """
    Deploy `checkout` for the first time, by the bootstrap script of now; then lead the public URL to it.

    Raises Found when it does not succeed; its output has been shown.
    """
    script = machine.now.folder / "scripts" / "bootstrap.py"
    if checkout is not machine.now:
        _lend_callback(machine.now.folder, checkout.folder)
    # The development environment's own Python: Zappa is found beside it.
    command = [sys.executable, str(script), STAGE, "--settings", "-"]
    environment = machine.environment() | machine.credentials()
    with machine.display.step(f"Bootstrap {checkout.commit[:12]}") as say:
        process = machine.keeper.start(
            command, cwd=checkout.folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert process.stdin is not None  # noqa: S101 - it was started with pipes; said for the type checker.
        assert process.stdout is not None  # noqa: S101 - the same.
        # It may end before it has read anything; then its output says why.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            json.dump(machine.settings, process.stdin)
        reason = "see its output above"
        with process.stdout:
            for line in process.stdout:
                say(line.rstrip("\n"))
                if line.startswith("error: "):
                    reason = line.removeprefix("error: ").rstrip("\n")
        if process.wait():
            raise Found(f"The bootstrap of {checkout.commit[:12]} failed: {reason}")
        machine.keeper.forget(process.pid)
    lead_public_url(machine)


def _lend_callback(now: Path, before: Path) -> None:
    """Give a release from before uploads were recorded what records them; neither file is packaged."""
    module = Path(*upload_record.CALLBACK.split(".")[:-1]).with_suffix(".py")
    (before / module).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(now / module, before / module)
    settings = before / "zappa_settings.json"
    stages = json.loads(settings.read_text())
    stages[STAGE]["callbacks"] = {"zip": upload_record.CALLBACK}
    settings.write_text(json.dumps(stages))


def lead_public_url(machine: Machine) -> None:
    """Make the front answer for the stage's API, as a custom domain does."""
    stack = machine.aws.client("cloudformation").describe_stack_resource(
        StackName=machine.stage.function, LogicalResourceId="Api"
    )
    machine.aws.front.map_domain(stack["StackResourceDetail"]["PhysicalResourceId"], STAGE)


def run(
    machine: Machine,
    file: str,
    *,
    inputs: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
    with_tests: bool = False,
    before_step: Callable[[StepIdentity], None] | None = None,
) -> WorkflowRun:
    """
    Run the workflow `file` of the export on its HEAD, as a push to main or, with `inputs`, by hand.

    `overrides` replace steps' scripts by id or name; `before_step` is called when one is about to run. The
    result may be a failure: see `insist`. Raises KeyboardInterrupt when it was Ctrl-C that ended it.
    """
    workspace = machine.now.folder
    workflow = load_workflow(workspace / ".github" / "workflows" / file)
    commit = git.ask(workspace, "rev-parse", "HEAD").strip()
    kind = "push" if inputs is None else "workflow_dispatch"
    replaced = {**({} if with_tests else dict.fromkeys(_tests_of(workflow), "true")), **(overrides or {})}
    interrupted = Cancellation()
    ran = run_workflow(
        workflow,
        event=Event(name=kind, sha=commit, inputs=inputs or {}, actor="somebody", repository=REPOSITORY),
        workspace=workspace,
        environment=machine.environment(),
        stand_ins={
            "actions/checkout": stand_ins.check_out(machine.now),
            "actions/setup-python": stand_ins.set_up_python(machine.folder / "python"),
            "aws-actions/configure-aws-credentials": stand_ins.become_role(machine.credentials()),
        },
        services={"postgres": stand_ins.postgres(machine.keeper, machine.server, used=with_tests)},
        variables={
            "PUBLIC_URL": machine.aws.url,
            "AWS_REGION": machine.stage.region,
            "AWS_ROLE_ARN": f"arn:aws:iam::{machine.aws.account}:role/deploy",
        },
        overrides=replaced,
        observer=Shown(
            machine.display, workflow.name, not_run={step for step in _TESTS if replaced.get(step) == "true"}
        ),
        before_step=before_step,
        cancellation=interrupted,
        patience=Patience(after_cancel=5, after_signal=1),
        folder=machine.folder,
        watch=machine.keeper.watch,
    )
    machine.display.transcript.append(ran.summary)
    if interrupted.requested:
        raise KeyboardInterrupt
    return ran


def insist(ran: WorkflowRun) -> WorkflowRun:
    """Return `ran` if it succeeded; raise Found with the step that failed and its last words otherwise."""
    if ran.result == "success":
        return ran
    for job in ran.jobs.values():
        for step in job.steps:
            if step.conclusion == "failure":
                raise Found(f"{ran.name} failed at “{step.step.name}” of the job {job.name}: {_reason(step)}")
    raise Found(f"{ran.name} ended as {ran.result}.")


def _reason(step: StepRun) -> str:
    """Our scripts' own last word if there is one, else the last thing that was said."""
    for line in reversed(step.lines):
        if line.startswith("error: "):
            return line.removeprefix("error: ")
    return step.annotations[-1].message if step.annotations else next(reversed(step.lines), "it said nothing")


def _tests_of(workflow: Workflow) -> list[str]:
    return [step.id for _, step in workflow.steps() if step.id in _TESTS]
