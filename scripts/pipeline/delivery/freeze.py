"""
A freeze keeps the next merge from deploying into the middle of somebody's rollback.

It is written in two places: on the alias, which works with the database down, and in the database, where the engine
refuses an upgrade that came another way.
"""

from __future__ import annotations

import json
from typing import Any

from pipeline.delivery.aws import Aws
from pipeline.delivery.github import notice, payload
from pipeline.delivery.invocation import NoSuchFunction, call
from pipeline.delivery.stage import ALIAS
from pipeline.delivery.versions import mark_frozen, published_versions
from pipeline.errors import PipelineError


def freeze(aws: Aws, reason: str) -> None:
    """Stop deploys until somebody lifts it; a database that does not take it is told, as the alias is enough."""
    mark_frozen(aws, reason)
    try:
        _ask(aws, "run.run_freeze", event(reason=reason))
    except PipelineError as error:
        notice("Frozen on the alias alone", f"The database did not take the freeze: {error}")


def unfreeze(aws: Aws) -> None:
    """Let deploys run again; raises when the database does not answer, with the alias still frozen."""
    _ask(aws, "run.run_unfreeze", event())
    mark_frozen(aws, None)


def release_hold(aws: Aws, revision: str) -> None:
    """Let an undone revision be applied again as it is."""
    _ask(aws, "run.run_release_hold", event(revision=revision))


def _ask(aws: Aws, function: str, words: dict[str, Any]) -> None:
    """Call `function` on what serves or, where that is from before it was written, on the newest that has it."""
    versions = [number for number, release in published_versions(aws) if release]
    for qualifier in (ALIAS, *versions):
        try:
            call(aws, function, qualifier, words)
        except NoSuchFunction:
            continue
        return
    notice("Nothing to tell the database", f"No published version has {function}: none of them keeps such records.")


def event(**words: Any) -> dict[str, Any]:
    """What an invoke by a workflow carries, beside `words`: who asks, and nothing that is expected of the package."""
    carried: dict[str, Any] = json.loads(payload({}, **words))
    return carried | {"expect": None}
