"""Reads the steps of one job of a workflow file."""

from __future__ import annotations

import re
from collections import Counter

from pipeline.workflows import availability
from pipeline.workflows.document import Action, Script, Step
from pipeline.workflows.expressions import to_text
from pipeline.workflows.places import Place
from pipeline.workflows.shells import check_shell
from pipeline.workflows.yaml_core import Block

_KEYS = frozenset({"id", "name", "if", "env", "timeout-minutes", "continue-on-error"})
_SCRIPT_KEYS = _KEYS | {"run", "shell", "working-directory"}
_ACTION_KEYS = _KEYS | {"uses", "with"}
_ONE_AFTER_THE_OTHER = "steps run one after the other, and each ends before the next."
_UNSUPPORTED = dict.fromkeys(("background", "wait", "wait-all", "cancel"), _ONE_AFTER_THE_OTHER)
_ID = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_-]{0,98}")


def read_steps(job: Place) -> tuple[Step, ...]:
    """Return the steps of `job`, at least one, no two with the same id."""
    steps: list[Step] = []
    for number, block in enumerate(job.listed("steps"), start=1):
        if not isinstance(block, Block):
            job.refuse(f"step {number} must be a mapping.", "steps")
        steps.append(_step(Place(job.path, f"{job.name}, step {number}", block)))
    if not steps:
        job.refuse("there is no step in `steps`.", "steps")
    twice = [id_ for id_, count in Counter(step.id.lower() for step in steps if step.id).items() if count > 1]
    if twice:
        job.refuse(f"more than one step has the id '{twice[0]}'.", "steps")
    return tuple(steps)


def _step(place: Place) -> Step:
    if ("run" in place.block) == ("uses" in place.block):
        place.refuse("a step has either `run` or `uses`.")
    is_script = "run" in place.block
    place.allow_only(_SCRIPT_KEYS if is_script else _ACTION_KEYS, _UNSUPPORTED)
    id_ = place.text("id")
    if id_ is not None and not _ID.fullmatch(id_):
        place.refuse(f"'{id_}' is no id: letters, digits, - and _, and a letter or _ first.", "id")
    does = _script(place) if is_script else _action(place)
    return Step(
        line=place.line,
        id=id_,
        name=place.template("name", availability.STEP, _unnamed(does)),
        condition=place.condition(availability.STEP_IF),
        env=place.templates("env", availability.STEP),
        does=does,
        continue_on_error=place.template("continue-on-error", availability.STEP, False),
        timeout_minutes=place.template("timeout-minutes", availability.STEP, 0),
    )


def _script(place: Place) -> Script:
    shell = place.text("shell")
    if shell is not None:
        check_shell(place, shell)
    return Script(
        run=place.template("run", availability.STEP, ""),
        shell=shell,
        working_directory=place.optional_template("working-directory", availability.STEP),
    )


def _action(place: Place) -> Action:
    uses = place.text("uses") or ""
    if uses.startswith(("./", "docker://")):
        place.refuse(f"`uses: {uses}` is not supported here: only actions with a stand-in are.", "uses")
    if not re.fullmatch(r"[^@/\s]+/[^@\s]+@\S+", uses):
        place.refuse(f"`uses: {uses}` must be owner/name@version.", "uses")
    return Action(uses=uses, inputs=place.templates("with", availability.STEP))


def _unnamed(does: Script | Action) -> str:
    """GitHub's name for a step without one."""
    if isinstance(does, Action):
        return f"Run {does.uses}"
    lines = to_text(does.run.source).strip().splitlines()
    return f"Run {lines[0] if lines else ''}"
