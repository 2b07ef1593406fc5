"""
Runs a workflow here: its jobs in the order of their needs, one at a time, with GitHub's semantics.

One after the other, although GitHub would run independent jobs at once: two runs of the same file then do
the same things in the same order, and nothing a job does can hide behind another.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from pipeline.errors import UsageError
from pipeline.workflows.cancellation import Cancellation, interrupts_cancel
from pipeline.workflows.document import Workflow
from pipeline.workflows.event import Event, event_payload, github_context
from pipeline.workflows.inputs import given_inputs
from pipeline.workflows.jobs import run_job
from pipeline.workflows.observer import Observer, Silent
from pipeline.workflows.overrides import check_overrides
from pipeline.workflows.results import JobRun, StepIdentity, WorkflowRun
from pipeline.workflows.setting import Patience, Setting
from pipeline.workflows.stand_ins import ServiceStandIn, StandIn, check_stand_ins


def run_workflow(
    workflow: Workflow,
    *,
    event: Event,
    workspace: Path,
    environment: Mapping[str, str],
    stand_ins: Mapping[str, StandIn] | None = None,
    services: Mapping[str, ServiceStandIn] | None = None,
    secrets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
    observer: Observer | None = None,
    before_step: Callable[[StepIdentity], None] | None = None,
    cancellation: Cancellation | None = None,
    patience: Patience | None = None,
    folder: Path | None = None,
    watch: Callable[[int], None] | None = None,
    own_workspaces: bool = False,
) -> WorkflowRun:
    """
    Run `workflow` as `event` would, in the checkout `workspace`, and return what came of it.

    `environment` is all that a step's process has beside what GitHub and the workflow give it: PATH at
    least. `stand_ins` take the place of actions by owner/name, `services` of service containers by image
    name. `overrides` replace the script of a step, by id or name. `before_step` is called when a step is
    about to run. Ctrl-C and SIGTERM cancel the run, as does `cancellation.request()`. Temporary files are
    made in `folder`, by default the system's; `watch` is told the process group of each process started, for
    somebody who ends them when this process is killed. With `own_workspaces`, each job has an empty folder of its
    own below `workspace`, so that nothing but outputs and artifacts reaches another; else they share `workspace`.

    A step that fails is a result, not an error. Raises WorkflowError for a missing stand-in and UsageError
    for an event, input or override that does not fit the file, all before anything runs; what a stand-in,
    an observer or `before_step` raises, except a stand-in's PipelineError, ends the run and is raised.
    """
    if event.name not in workflow.events:
        raise UsageError(f"{workflow.path} does not run on {event.name}; it runs on {', '.join(workflow.events)}.")
    check_stand_ins(workflow, stand_ins or {}, services or {})
    inputs = given_inputs(workflow.inputs if event.name == "workflow_dispatch" else (), event.inputs)
    payload = event_payload(event, inputs)
    token = (secrets or {}).get("GITHUB_TOKEN", "")
    cancellation = cancellation or Cancellation()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="workflow-", dir=folder) as temporary, interrupts_cancel(cancellation):
        event_file = Path(temporary) / "event.json"
        event_file.write_text(json.dumps(payload, indent=2), encoding="utf-8")
        setting = Setting(
            workflow=workflow,
            workspace=workspace.resolve(),
            environment=environment,
            stand_ins=stand_ins or {},
            services=services or {},
            secrets=secrets or {},
            variables=variables or {},
            inputs=inputs,
            github=github_context(event, workflow, payload, workspace.resolve(), token),
            overrides=check_overrides(workflow, overrides or {}),
            observer=observer or Silent(),
            before_step=before_step or (lambda _step: None),
            cancellation=cancellation,
            patience=patience or Patience(),
            watch=watch or (lambda _group: None),
            folder=Path(temporary),
            event_file=event_file,
        )
        jobs: dict[str, JobRun] = {}
        for job in workflow.in_order():
            own = setting.in_own_workspace(job.id) if own_workspaces else setting
            jobs[job.id] = run_job(own, job, jobs)
    return WorkflowRun(
        name=workflow.name,
        result=_result(jobs, cancellation.requested),
        jobs=jobs,
        seconds=time.monotonic() - started,
    )


def _result(jobs: Mapping[str, JobRun], cancel_requested: bool) -> Literal["success", "failure", "cancelled"]:
    results = {run.result for run in jobs.values()}
    # A request that came when all was done changed nothing.
    if cancel_requested and results != {"success"}:
        return "cancelled"
    if "failure" in results:
        return "failure"
    return "cancelled" if "cancelled" in results else "success"
