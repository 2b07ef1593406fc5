"""
Lets somebody watch a run while it happens.

Everything an observer is told is masked already, and told in order, from the thread that runs the workflow.
"""

from __future__ import annotations

from typing import Protocol, TextIO

from pipeline.workflows.results import JobRun, StepIdentity, StepRun


class Observer(Protocol):
    """A skipped step only ends, and so does a skipped job."""

    def job_started(self, job: str, name: str) -> None: ...

    def step_started(self, step: StepIdentity) -> None: ...

    def step_output(self, step: StepIdentity, line: str) -> None: ...

    def step_ended(self, run: StepRun) -> None: ...

    def job_ended(self, run: JobRun) -> None: ...


class Silent:
    """Watches and says nothing; a base for those who want to hear of one thing only."""

    def job_started(self, job: str, name: str) -> None:
        pass

    def step_started(self, step: StepIdentity) -> None:
        pass

    def step_output(self, step: StepIdentity, line: str) -> None:
        pass

    def step_ended(self, run: StepRun) -> None:
        pass

    def job_ended(self, run: JobRun) -> None:
        pass


class PlainLines(Silent):
    """Writes each line as it comes, with its job and step in front."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def step_output(self, step: StepIdentity, line: str) -> None:
        self._say(f"{step.job} · {step.name} | {line}")

    def step_ended(self, run: StepRun) -> None:
        self._say(f"{run.step.job} · {run.step.name}: {run.outcome} after {run.seconds:.1f} s")

    def job_ended(self, run: JobRun) -> None:
        self._say(f"{run.id}: {run.result} after {run.seconds:.1f} s")

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)
