"""
Runs one job: whether it runs at all, its services, its steps one after the other, its outputs.

What GitHub does in steps of its own ("Set up job", "Initialize containers", "Complete job") shows up here as
a step only when it has something to say.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Literal

from pipeline.errors import PipelineError
from pipeline.workflows.commands import Output
from pipeline.workflows.document import Job, Service
from pipeline.workflows.expressions import ExpressionError, Value, is_truthy, to_text
from pipeline.workflows.expressions.values import to_number
from pipeline.workflows.job_state import JobState
from pipeline.workflows.results import JobRun, Result, StepIdentity, StepRun
from pipeline.workflows.setting import Setting
from pipeline.workflows.stand_ins import ServiceCall
from pipeline.workflows.steps import run_step
from pipeline.workflows.templates import Template


def run_job(setting: Setting, job: Job, done: Mapping[str, JobRun]) -> JobRun:
    """Run `job` after those in `done`, tell the observer, and return what came of it."""
    running = _RunningJob(setting, job, done)
    run = running.run()
    setting.observer.job_ended(run)
    return run


class _RunningJob:
    def __init__(self, setting: Setting, job: Job, done: Mapping[str, JobRun]) -> None:
        needs: dict[str, Value] = {
            need: {"result": done[need].result, "outputs": dict(done[need].outputs)} for need in job.needs
        }
        self.setting, self.job, self.done = setting, job, done
        self.state = JobState(setting, job, needs)
        self.name = job.id
        self.steps: list[StepRun] = []
        self.outputs: dict[str, str] = {}

    def run(self) -> JobRun:
        started = time.monotonic()
        outcome = self._outcome()
        return JobRun(
            id=self.job.id,
            name=self.name,
            outcome=outcome,
            result="success" if outcome == "failure" and self._may_fail() else outcome,
            outputs=self.outputs,
            steps=tuple(self.steps),
            seconds=time.monotonic() - started,
        )

    def _outcome(self) -> Result:
        state, job = self.state, self.job
        try:
            if not self._condition_holds():
                return "skipped"
            self.name = self._text(job.name)
            self.setting.observer.job_started(job.id, self.name)
            self._take_env()
            state.deadline = time.monotonic() + 60 * to_number(job.timeout_minutes.render(state.contexts()))
        except ExpressionError as error:
            self._say("Set up job", 0, "error", str(error))
            return "failure"
        with ExitStack() as open_things:
            try:
                self._start_services(open_things)
            except PipelineError as error:
                self._say("Initialize containers", 0, "error", str(error))
                return "failure"
            open_things.callback(state.processes.close)
            for number, step in enumerate(job.steps, start=1):
                self.steps.append(run_step(state, step, number))
            self._take_outputs()
        return state.status

    def _condition_holds(self) -> bool:
        """A job looks back on all it descends from, not only on what it needs itself."""
        results = {self.done[ancestor].result for ancestor in self.setting.workflow.ancestors(self.job)}
        cancelled = self.setting.cancellation.requested
        functions = {
            "success": lambda: results <= {"success"} and not cancelled,
            "failure": lambda: "failure" in results,
            "cancelled": lambda: cancelled,
            "always": lambda: True,
        }
        return is_truthy(self.job.condition.evaluate(self.state.contexts(), functions))

    def _take_env(self) -> None:
        for layer in (self.setting.workflow.env, self.job.env):
            self.state.env |= {name: self._text(template) for name, template in layer.items()}

    def _start_services(self, open_things: ExitStack) -> None:
        for service in self.job.services:
            stand_in = self.setting.services[service.image_name]
            ports = open_things.enter_context(stand_in(self._service_call(service)))
            self.state.services[service.id] = {"ports": dict(ports)}

    def _service_call(self, service: Service) -> ServiceCall:
        return ServiceCall(
            id=service.id,
            image=service.image,
            env={name: self._text(template) for name, template in service.env.items()},
            ports=tuple(self._text(port) for port in service.ports),
            options=self._text(service.options),
        )

    def _take_outputs(self) -> None:
        """Evaluate the job's outputs; GitHub keeps back one that holds a secret, and so do we."""
        for name, template in self.job.outputs.items():
            try:
                value = self._text(template)
            except ExpressionError as error:
                self._say("Complete job", len(self.job.steps) + 1, "error", str(error))
                self.state.fail()
                return
            if self.state.masker.mask(value) != value:
                message = f"Skip output '{name}' since it may contain secret."
                self._say("Complete job", len(self.job.steps) + 1, "warning", message)
            else:
                self.outputs[name] = value

    def _may_fail(self) -> bool:
        return is_truthy(self.job.continue_on_error.render(self.state.contexts()))

    def _text(self, template: Template) -> str:
        return to_text(template.render(self.state.contexts(), self.state.functions()))

    def _say(self, name: str, number: int, level: Literal["error", "warning"], message: str) -> None:
        """Add a step of GitHub's own that says `message`."""
        step = StepIdentity(self.job.id, number, None, name)
        output = Output(step, self.state.masker)
        output.annotate(level, message)
        result: Result = "failure" if level == "error" else "success"
        said = StepRun(
            step=step,
            outcome=result,
            conclusion=result,
            outputs={},
            lines=tuple(output.lines),
            summary="",
            annotations=tuple(output.annotations),
            exit_code=None,
            seconds=0.0,
        )
        self.steps.append(said)
        self.setting.observer.step_started(step)
        for line in output.lines:
            self.setting.observer.step_output(step, line)
        self.setting.observer.step_ended(said)
