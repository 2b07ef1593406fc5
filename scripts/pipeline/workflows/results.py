"""What came of a run, as data: for the summary a person reads and for tests that compare it whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.errors import CouldNotAnswer

Result: TypeAlias = Literal["success", "failure", "cancelled", "skipped"]


@dataclass(frozen=True)
class StepIdentity:
    """Which step is meant, while it runs and afterwards."""

    job: str
    number: int  # In its job, from 1.
    id: str | None
    name: str


@dataclass(frozen=True)
class Annotation:
    """An `::error::`, `::warning::` or `::notice::`; what was not given is None."""

    level: Literal["error", "warning", "notice"]
    message: str
    step: StepIdentity
    title: str | None = None
    file: str | None = None
    line: int | None = None
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True)
class StepRun:
    """`outcome` is what happened, `conclusion` what counts: they differ under `continue-on-error`."""

    step: StepIdentity
    outcome: Result
    conclusion: Result
    outputs: Mapping[str, str]
    lines: tuple[str, ...]  # Masked, without line ends.
    summary: str  # Markdown, masked.
    annotations: tuple[Annotation, ...]
    exit_code: int | None  # None where no process ended by itself: actions, skipped and killed steps.
    seconds: float


@dataclass(frozen=True)
class JobRun:
    """`outcome` is what happened, `result` what counts and what `needs` shows."""

    id: str
    name: str
    outcome: Result
    result: Result
    outputs: Mapping[str, str]
    steps: tuple[StepRun, ...]
    seconds: float

    @property
    def summary(self) -> str:
        return "".join(step.summary for step in self.steps)


@dataclass(frozen=True)
class WorkflowRun:
    name: str
    result: Literal["success", "failure", "cancelled"]
    jobs: Mapping[str, JobRun]  # In the order they ran.
    seconds: float

    @property
    def summary(self) -> str:
        return "".join(job.summary for job in self.jobs.values())

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        return tuple(note for job in self.jobs.values() for step in job.steps for note in step.annotations)

    def step(self, job: str, name: str) -> StepRun:
        """Return the step of `job` whose id or name is `name`; raise CouldNotAnswer if there is none."""
        steps = self.jobs[job].steps if job in self.jobs else ()
        for run in steps:
            if name in {run.step.id, run.step.name}:
                return run
        known = ", ".join(run.step.id or run.step.name for run in steps)
        raise CouldNotAnswer(f"The job '{job}' of {self.name} ran no step '{name}'; it ran: {known}.")
