"""
Without this file an invoke that was sent twice would be two migrations.

A connection that drops during an invoke tells nobody whether it arrived, so it is sent again. The workflow's run and
attempt, what is asked for and the release that is asked make the key by which it is recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.release import Release

Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True)
class Request:
    """What is asked of which release, by whom. `run` is None for an invoke by hand, which always runs."""

    direction: Direction
    target: str
    release: Release
    run: str | None = None
    attempt: int | None = None
    actor: str | None = None

    @property
    def key(self) -> str | None:
        if self.run is None:
            return None
        return " ".join((self.run, str(self.attempt), self.direction, self.target, self.release.commit))


def read_request(event: Mapping[str, Any], direction: Direction, target: str, release: Release) -> Request:
    """
    Read `event["run"]`, if it is there: `{"id": …, "attempt": …, "actor": …}`; the last two may be missing.

    Raises Refused for anything else.
    """
    run = event.get("run")
    if run is None:
        return Request(direction, target, release)
    fits = (
        isinstance(run, Mapping)
        and {"id"} <= run.keys() <= {"id", "attempt", "actor"}
        and isinstance(run["id"], str | int)
        and str(run.get("attempt", 1)).isdecimal()
        and isinstance(run.get("actor"), str | None)
    )
    if not fits:
        raise Refused(
            "request",
            'Nothing was done: "run" must be an object with "id" and, if known, "attempt" (a number) and "actor". '
            "Correct the payload.",
        )
    return Request(direction, target, release, str(run["id"]), int(run.get("attempt", 1)), run.get("actor"))
