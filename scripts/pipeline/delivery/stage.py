"""
A stage as zappa_settings.json describes it, read once and checked, so that no script guesses a name.

Zappa derives the function's name and the role's name itself; the two rules are repeated here (Zappa 0.63,
`cli.load_settings`) and held against the real Zappa by the rehearsal.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError

SETTINGS = Path("zappa_settings.json")
ALIAS = "live"


@dataclass(frozen=True)
class Schedule:
    """One job that runs by itself: `function` is a path such as run.run_expire_leases."""

    name: str
    expression: str
    function: str


@dataclass(frozen=True)
class Stage:
    """What the scripts need to know of one stage."""

    name: str
    function: str
    role: str
    region: str
    bucket: str
    secret: str
    schedules: tuple[Schedule, ...]


def load_stage(name: str, settings: Path = SETTINGS) -> Stage:
    """Return the stage `name`; raises UsageError when it is not there or lacks something we rely on."""
    try:
        stages = json.loads(settings.read_text())
    except FileNotFoundError as error:
        raise UsageError(f"There is no {settings} here: call this from the top of a checkout.") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{settings} is not JSON: {error}.") from error
    if name not in stages:
        raise UsageError(f"There is no stage {name!r} in {settings}: choose one of {', '.join(sorted(stages))}.")
    described = _with_what_it_extends(name, stages)
    try:
        function = re.sub(r"[^a-z0-9]+", "-", f"{described['project_name']}-{name}".lower()).strip("-")
        if described.get("apigateway_lambda_qualifier") != ALIAS:
            raise UsageError(
                f'Stage {name!r} in {settings} lacks `"apigateway_lambda_qualifier": "{ALIAS}"`: without it traffic '
                "would move with the upload, before the schema is there."
            )
        return Stage(
            name=name,
            function=function,
            role=f"{function}-ZappaLambdaExecutionRole",
            region=described["aws_region"],
            bucket=described["s3_bucket"],
            secret=described["aws_environment_variables"]["SETTINGS_SECRET"],
            schedules=tuple(Schedule(**schedule) for schedule in described.get("schedules", [])),
        )
    except KeyError as error:
        raise UsageError(f"Stage {name!r} in {settings} lacks {error}: add it.") from error


def _with_what_it_extends(name: str, stages: dict[str, Any]) -> dict[str, Any]:
    """Zappa's own rule: the extending stage's keys win, whole."""
    described: dict[str, Any] = {}
    seen = []
    following: str | None = name
    while following:
        if following in seen or following not in stages:
            raise UsageError(f"Stage {name!r} extends {following!r}, which is not there or extends it in turn.")
        seen.append(following)
        described = {**stages[following], **described}
        following = stages[following].get("extends")
    return described
