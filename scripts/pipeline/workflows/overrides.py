"""
Lets a caller replace what a step runs: a rehearsal of the deployment need not rehearse its tests again.

A step is named by its id or name, with its job in front where that is not enough: "test", "deploy/test".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.workflows.document import Action, Job, Step, Workflow


@dataclass(frozen=True)
class Overrides:
    scripts: Mapping[str, str]

    def script(self, job: Job, step: Step) -> str | None:
        """Return what `step` runs instead of what is written, as it is, without expressions; or None."""
        return next((self.scripts[name] for name in _names(job, step) if name in self.scripts), None)


def check_overrides(workflow: Workflow, scripts: Mapping[str, str]) -> Overrides:
    """Raise UsageError for a name that fits no step with `run`, so that a renamed step is noticed."""
    names = {name: step for job, step in workflow.steps() for name in _names(job, step)}
    for name in scripts:
        if name not in names:
            steps = ", ".join(f"{job.id}/{step.id or step.label}" for job, step in workflow.steps())
            raise UsageError(f"No step of {workflow.path} has the id or name '{name}'; steps are {steps}.")
        if isinstance(names[name].does, Action):
            raise UsageError(f"The step '{name}' of {workflow.path} is an action: give it a stand-in instead.")
    return Overrides(dict(scripts))


def _names(job: Job, step: Step) -> list[str]:
    names = [step.id, step.label] if step.id else [step.label]
    return [f"{job.id}/{name}" for name in names] + names
