"""Reads one job of a workflow file, with its services."""

from __future__ import annotations

import re

from pipeline.workflows import availability
from pipeline.workflows.document import Job, Service
from pipeline.workflows.places import Place
from pipeline.workflows.settings_blocks import check_environment, check_runs_on, check_settings
from pipeline.workflows.shells import check_shell
from pipeline.workflows.step_blocks import read_steps
from pipeline.workflows.templates import Template

_KEYS = frozenset(
    {
        "name",
        "needs",
        "if",
        "runs-on",
        "env",
        "outputs",
        "steps",
        "timeout-minutes",
        "continue-on-error",
        "services",
        "defaults",
        "permissions",
        "concurrency",
        "environment",
    }
)
_UNSUPPORTED = {
    "strategy": "one job would become many; write the jobs out.",
    "container": "steps run on this machine, not in a container.",
    "uses": "a reusable workflow is not fetched; run that file by itself.",
    "with": "it belongs to a reusable workflow.",
    "secrets": "it belongs to a reusable workflow.",
    "snapshot": "there is no image to take.",
    "cancel-timeout-minutes": "how long a cancelled job may clean up is the caller's choice.",
}
_SERVICE_KEYS = frozenset({"image", "env", "ports", "options", "credentials"})
_UNSUPPORTED_IN_SERVICES = {
    "volumes": "a stand-in has no file system to mount into.",
    "entrypoint": "a stand-in starts as it does.",
    "command": "a stand-in starts as it does.",
}
_ID = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_-]{0,98}")


def read_job(id_: str, place: Place, workflow_defaults: Place) -> Job:
    """Return the job at `place`; `workflow_defaults` is the workflow's `defaults.run`."""
    place.allow_only(_KEYS, _UNSUPPORTED)
    if not _ID.fullmatch(id_):
        place.refuse(f"'{id_}' is no id: letters, digits, - and _, and a letter or _ first.")
    check_runs_on(place)
    check_environment(place)
    check_settings(place, availability.JOB)
    return Job(
        line=place.line,
        id=id_,
        name=place.template("name", availability.JOB, id_),
        needs=_needs(place),
        condition=place.condition(availability.JOB_IF),
        env=place.templates("env", availability.JOB_ENV),
        outputs=place.templates("outputs", availability.JOB_OUTPUTS),
        services=tuple(_service(name, service) for name, service in place.each_below("services", "service")),
        steps=read_steps(place),
        default_shell=_default(place, workflow_defaults, "shell"),
        default_directory=_default(place, workflow_defaults, "working-directory"),
        continue_on_error=place.template("continue-on-error", availability.JOB, False),
        timeout_minutes=place.template("timeout-minutes", availability.JOB, 360),
    )


def _needs(place: Place) -> tuple[str, ...]:
    needs = place.block.get("needs")
    return (needs,) if isinstance(needs, str) else tuple(str(need) for need in place.listed("needs"))


def _default(place: Place, workflow_defaults: Place, key: str) -> Template | None:
    """A job's default hides the workflow's, key by key."""
    defaults = place.below("defaults")
    defaults.allow_only(frozenset({"run"}), {})
    for run in (defaults.below("run"), workflow_defaults):
        run.allow_only(frozenset({"shell", "working-directory"}), {})
        template = run.optional_template(key, availability.JOB_DEFAULTS)
        if template is not None:
            if key == "shell":
                check_shell(run, template.source)
            return template
    return None


def _service(id_: str, place: Place) -> Service:
    place.allow_only(_SERVICE_KEYS, _UNSUPPORTED_IN_SERVICES)
    image = place.text("image")
    if not image:
        place.refuse("`image` is missing.")
    return Service(
        id=id_,
        image=image,
        env=place.templates("env", availability.JOB_ENV),
        ports=place.template_list("ports", availability.JOB),
        options=place.template("options", availability.JOB, ""),
        credentials=place.templates("credentials", availability.SERVICE_CREDENTIALS),
    )
