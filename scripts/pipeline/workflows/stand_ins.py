"""
What takes the place of what cannot run here: actions (`uses:`) and service containers (`services:`).

The caller names them: an action by owner/name without its version, a service by its image without its tag.
One that is missing is refused before the first job starts. What an action does after the job's last step
(checkout removes its credentials then) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pipeline.workflows.document import Action, Workflow
from pipeline.workflows.places import WorkflowError
from pipeline.workflows.results import StepIdentity


@dataclass(frozen=True)
class ActionCall:
    """
    One call of an action: what it is given, and what it may do.

    `inputs` are what `with:` says, evaluated; `env` is what the action's process would have found in its
    environment; `add_path`, `set_env` and `summarize` do what the files of the same purpose do for scripts;
    `log` takes a line of output, commands like `::add-mask::` included.
    """

    step: StepIdentity
    uses: str
    inputs: Mapping[str, str]
    env: Mapping[str, str]
    workspace: Path
    add_path: Callable[[str], None]
    set_env: Callable[[str, str], None]
    summarize: Callable[[str], None]
    log: Callable[[str], None]


StandIn: TypeAlias = Callable[[ActionCall], Mapping[str, str]]
"""Returns the step's outputs; raises a PipelineError to fail the step, whose message is shown."""


@dataclass(frozen=True)
class ServiceCall:
    """What the file says of one service; `ports` as written there: "5432" or "5432:5432"."""

    id: str
    image: str
    env: Mapping[str, str]
    ports: tuple[str, ...]
    options: str


ServiceStandIn: TypeAlias = Callable[[ServiceCall], AbstractContextManager[Mapping[str, str]]]
"""Runs as long as the job; yields container port → port on localhost, which is `job.services.<id>.ports`."""


def check_stand_ins(workflow: Workflow, actions: Mapping[str, StandIn], services: Mapping[str, ServiceStandIn]) -> None:
    """Raise WorkflowError for the first action or service nothing stands in for."""
    for job, step in workflow.steps():
        if isinstance(step.does, Action) and step.does.name not in actions:
            raise WorkflowError(
                f"{workflow.path}:{step.line}: job '{job.id}', step '{step.label}' uses {step.does.uses}, "
                f"and nothing stands in for it: add '{step.does.name}' to the stand-ins."
            )
    for job in workflow.jobs.values():
        for service in job.services:
            if service.image_name not in services:
                raise WorkflowError(
                    f"{workflow.path}:{job.line}: job '{job.id}', service '{service.id}': nothing stands "
                    f"in for the image {service.image}; add '{service.image_name}' to the services."
                )
