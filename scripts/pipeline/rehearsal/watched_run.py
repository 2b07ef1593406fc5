"""Lets the display show the steps of a workflow as they run; a step that is replaced is shown as not run."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.rehearsal.display import Display
from pipeline.workflows import Silent, StepIdentity, StepRun


class Shown(Silent):
    """An observer of `workflow`'s run that shows it on `display`; `not_run` are the ids of replaced steps."""

    def __init__(self, display: Display, workflow: str, *, not_run: Collection[str] = ()) -> None:
        self._display = display
        self._workflow = workflow
        self._not_run = not_run

    def job_started(self, job: str, name: str) -> None:  # noqa: ARG002 - the observer's signature.
        self._display.heading(f"{self._workflow} · {name}")

    def step_started(self, step: StepIdentity) -> None:
        self._display.begin(step.name)

    def step_output(self, step: StepIdentity, line: str) -> None:  # noqa: ARG002 - the observer's signature.
        self._display.output(line)

    def step_ended(self, run: StepRun) -> None:
        if run.step.id in self._not_run:
            self._display.end(f"{run.step.name} (not run: add --with-tests)", "skipped")
        elif run.outcome == "skipped":
            self._display.end(run.step.name, "skipped")
        else:
            self._display.end(run.step.name, run.outcome, run.seconds)
