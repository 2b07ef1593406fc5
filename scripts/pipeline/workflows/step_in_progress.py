"""
One step while it runs: what it is called, what it prints, how long it may still take.

It is also the watch its process is run under: a step is made to end when its own time is over, or when its
job is cancelled and its `if:` no longer holds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping

from pipeline.workflows.commands import Output
from pipeline.workflows.document import Step
from pipeline.workflows.expressions import ExpressionError, Value, is_truthy, to_text
from pipeline.workflows.expressions.values import to_number
from pipeline.workflows.files import StepFiles
from pipeline.workflows.job_state import JobState
from pipeline.workflows.processes import Verdict
from pipeline.workflows.results import Result, StepIdentity, StepRun
from pipeline.workflows.templates import Template

_LONGEST_WAIT = 3600.0  # Seconds; a queue cannot be waited for without end and with interruptions.


class StepInProgress:
    def __init__(self, state: JobState, step: Step, number: int) -> None:
        self.state = state
        self.step = step
        self.identity = StepIdentity(state.job.id, number, step.id, step.label)
        self.files = StepFiles(state.folder / f"step-{number}")
        self.output = Output(self.identity, state.masker)
        self.env: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        self.summary = ""
        self.exit_code: int | None = None
        self._started = time.monotonic()
        self._deadline = math.inf

    def evaluate(self, template: Template) -> Value:
        return template.render(self.state.contexts(self.env), self.state.functions())

    def text(self, template: Template) -> str:
        return to_text(self.evaluate(template))

    def texts(self, templates: Mapping[str, Template]) -> dict[str, str]:
        return {name: self.text(template) for name, template in templates.items()}

    def condition_holds(self) -> bool:
        self.state.notice_cancellation()
        condition = self.step.condition.evaluate(self.state.contexts(self.env), self.state.functions())
        return is_truthy(condition) and not self.state.must_end()

    def take_name(self) -> None:
        """Evaluate the step's name; one that cannot be evaluated stays as it is written, as on GitHub."""
        try:
            name = self.text(self.step.name)
        except ExpressionError:
            return
        self.identity = StepIdentity(self.identity.job, self.identity.number, self.step.id, name)
        self.output.step = self.identity

    def start_clock(self) -> None:
        minutes = to_number(self.evaluate(self.step.timeout_minutes))
        self._deadline = time.monotonic() + minutes * 60 if minutes > 0 else math.inf

    def seconds_left(self) -> float:
        moment = min(self._deadline, self.state.next_moment)
        return max(0.0, min(moment - time.monotonic(), _LONGEST_WAIT))

    def verdict(self) -> Verdict | None:
        if time.monotonic() >= self._deadline:
            return "timed out"
        if self.state.notice_cancellation() and not self.condition_holds():
            return "cancelled"
        return None

    def take(self, line: str) -> None:
        """Take a line of output: obey it if it is a command, show what is to be seen of it."""
        self._show(self.output.take(line))

    def fail(self, message: str) -> Result:
        self._show(self.output.annotate("error", message))
        return "failure"

    def read_files(self) -> bool:
        """Take in what the step wrote to its files; return whether that went well."""
        read = self.files.read()
        self.outputs |= {**self.output.outputs, **read.outputs}
        self.state.env.update(read.env)
        for folder in read.path:
            self.state.add_path(folder)
        self.summary = "".join(f"{self.state.masker.mask(line)}\n" for line in read.summary.splitlines())
        for message in (*read.failures, *read.complaints):
            self.fail(message)
        return not read.failures and not self.output.failed

    def ended(self, outcome: Result) -> StepRun:
        return StepRun(
            step=self.identity,
            outcome=outcome,
            conclusion="success" if outcome == "failure" and self._may_fail() else outcome,
            outputs=self.outputs,
            lines=tuple(self.output.lines),
            summary=self.summary,
            annotations=tuple(self.output.annotations),
            exit_code=self.exit_code,
            seconds=time.monotonic() - self._started,
        )

    def _may_fail(self) -> bool:
        try:
            return is_truthy(self.evaluate(self.step.continue_on_error))
        except ExpressionError as error:
            self.fail(str(error))
            return False

    def _show(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.state.setting.observer.step_output(self.identity, line)
