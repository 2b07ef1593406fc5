"""
Reads a workflow file and refuses what GitHub would refuse, and what it would do that we cannot.

Refusing beats ignoring: a rehearsal that leaves a `strategy` or a `container` out proves nothing about
the workflow it ran. Understood but without effect here are `permissions`, `concurrency`, `environment`
and `runs-on`: GitHub decides them, not the runner.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.workflows import availability
from pipeline.workflows.document import Job, Workflow
from pipeline.workflows.inputs import read_inputs
from pipeline.workflows.job_blocks import read_job
from pipeline.workflows.places import Place, WorkflowError
from pipeline.workflows.settings_blocks import check_settings
from pipeline.workflows.yaml_core import Block, read_yaml

_KEYS = frozenset({"name", "run-name", "description", "on", "env", "defaults", "permissions", "concurrency", "jobs"})


def load_workflow(path: Path) -> Workflow:
    """Return the workflow in the file at `path`; raise WorkflowError, naming the line, if it cannot run."""
    document = read_yaml(path)
    if not isinstance(document, Block):
        raise WorkflowError(f"{path}:1: a workflow is a mapping with `on` and `jobs`.")
    root = Place(path, "workflow", document)
    root.allow_only(_KEYS, {})
    root.template("run-name", availability.WORKFLOW)
    check_settings(root, availability.WORKFLOW)
    events = _events(root)
    defaults = root.below("defaults")
    defaults.allow_only(frozenset({"run"}), {})
    jobs = {name: read_job(name, place, defaults.below("run")) for name, place in root.each_below("jobs", "job")}
    _check_needs(root, jobs)
    return Workflow(
        path=path,
        name=root.text("name") or path.name,
        events={name: place.block for name, place in events.items()},
        inputs=read_inputs(events["workflow_dispatch"]) if "workflow_dispatch" in events else (),
        env=root.templates("env", availability.WORKFLOW_ENV),
        jobs=jobs,
    )


def _events(root: Place) -> Mapping[str, Place]:
    on = root.block.get("on")
    if isinstance(on, Block):
        # A schedule is a list of times; nothing in it matters to a run.
        return {
            name: root.empty(name) if isinstance(settings, list) else root.below("on").below(name)
            for name, settings in on.items()
        }
    names = [on] if isinstance(on, str) else root.listed("on")
    if not names:
        root.refuse("`on` must name the events that start the workflow.", "on")
    return {str(name): root.empty(str(name)) for name in names}


def _check_needs(root: Place, jobs: Mapping[str, Job]) -> None:
    if not jobs:
        root.refuse("there is no job in `jobs`.", "jobs")
    places = dict(root.each_below("jobs", "job"))
    for job in jobs.values():
        for need in job.needs:
            if need not in jobs:
                places[job.id].refuse(f"needs '{need}', which is no job; jobs are {', '.join(jobs)}.", "needs")
    waiting = dict(jobs)
    while ready := [id_ for id_, job in waiting.items() if not waiting.keys() & set(job.needs)]:
        for id_ in ready:
            del waiting[id_]
    if waiting:
        first = places[next(iter(waiting))]
        first.refuse(f"these jobs wait for each other: {', '.join(waiting)}.", "needs")
