"""
A workflow as it was written: what runs, in which order, under which conditions.

Nothing here is evaluated yet; every expression is read already and names only what it may name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.workflows.expressions import Expression, Value
from pipeline.workflows.templates import Template

Templates: TypeAlias = Mapping[str, Template]


@dataclass(frozen=True)
class Input:
    """One input of `workflow_dispatch`."""

    name: str
    type: Literal["string", "boolean", "choice", "number", "environment"]
    required: bool
    default: Value
    options: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """What a step with `run:` does."""

    run: Template
    shell: str | None
    working_directory: Template | None


@dataclass(frozen=True)
class Action:
    """What a step with `uses:` does; `name` is without the version, which picks no stand-in."""

    uses: str
    inputs: Templates

    @property
    def name(self) -> str:
        return self.uses.split("@")[0]


@dataclass(frozen=True)
class Step:
    line: int
    id: str | None
    name: Template
    condition: Expression
    env: Templates
    does: Script | Action
    continue_on_error: Template
    timeout_minutes: Template

    @property
    def label(self) -> str:
        """The name as written, expressions unevaluated: what an override may call the step."""
        return str(self.name.source)


@dataclass(frozen=True)
class Service:
    """A service container; a stand-in is found by `image` without its tag or digest."""

    id: str
    image: str
    env: Templates
    ports: tuple[Template, ...]
    options: Template
    credentials: Templates

    @property
    def image_name(self) -> str:
        name = self.image.split("@")[0]
        folder, _, last = name.rpartition("/")
        return f"{folder}/{last.split(':')[0]}".lstrip("/")


@dataclass(frozen=True)
class Job:
    line: int
    id: str
    name: Template
    needs: tuple[str, ...]
    condition: Expression
    env: Templates
    outputs: Templates
    services: tuple[Service, ...]
    steps: tuple[Step, ...]
    default_shell: Template | None
    default_directory: Template | None
    continue_on_error: Template
    timeout_minutes: Template


@dataclass(frozen=True)
class Workflow:
    path: Path
    name: str
    events: Mapping[str, Mapping[str, object]]  # What `on:` says, by event name.
    inputs: tuple[Input, ...]
    env: Templates
    jobs: Mapping[str, Job]  # In the order of the file.

    def steps(self) -> Iterator[tuple[Job, Step]]:
        for job in self.jobs.values():
            for step in job.steps:
                yield job, step

    def in_order(self) -> list[Job]:
        """Return the jobs, each after what it needs, otherwise as in the file."""
        done: dict[str, Job] = {}
        while len(done) < len(self.jobs):
            ready = next(job for job in self.jobs.values() if job.id not in done and done.keys() >= set(job.needs))
            done[ready.id] = ready
        return list(done.values())

    def ancestors(self, job: Job) -> set[str]:
        """The ids of the jobs `job` needs, and of those they need."""
        return set(job.needs).union(*(self.ancestors(self.jobs[need]) for need in job.needs))
