"""
The environment of a step's process: what the caller gave, what the workflow says, what GitHub says.

Nothing comes from the environment we run in: a rehearsal that finds the developer's AWS_PROFILE proves
nothing, and deploys to the wrong place. Like on GitHub, GITHUB_… and RUNNER_… cannot be overridden.
"""

from __future__ import annotations

import os

from pipeline.workflows.expressions import to_text
from pipeline.workflows.step_in_progress import StepInProgress

# The token is only had through `${{ github.token }}`, the event through its file.
_NOT_IN_THE_ENVIRONMENT = frozenset({"token", "event"})


def process_environment(progress: StepInProgress) -> dict[str, str]:
    """Return the variables, PATH included with what steps put in front of it."""
    state, setting = progress.state, progress.state.setting
    given = {"CI": "true", **setting.environment, **state.env, **progress.env}
    path = os.pathsep.join([*state.path, *([given["PATH"]] if given.get("PATH") else [])])
    github = {name: value for name, value in setting.github.items() if name not in _NOT_IN_THE_ENVIRONMENT}
    return {
        **given,
        **({"PATH": path} if path else {}),
        "GITHUB_ACTIONS": "true",
        **{f"GITHUB_{name.upper()}": to_text(value) for name, value in github.items()},
        **{f"RUNNER_{name.upper()}": to_text(value) for name, value in setting.runner_context(state.temp).items()},
        **progress.files.variables(),
        "GITHUB_ACTION": progress.step.id or f"__step_{progress.identity.number}",
        "GITHUB_EVENT_PATH": str(setting.event_file),
        "GITHUB_JOB": state.job.id,
    }
