"""
Without this file a downgrade would be approved before anybody knows what it destroys.

The digest binds what was approved: the database's revision, the release, the SQL and the objects destroyed. The
counts are not part of it, because rows come and go while somebody decides: they are ceilings, counted again under
the table's lock.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.migration.counts import count_losses
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.losses import Loss, Losses
from yt_pubsub_handler.migration.reading import reading, unreachable
from yt_pubsub_handler.migration.targets import Way, read_target, way_down, way_up
from yt_pubsub_handler.migration.written import Direction, Written, write_down
from yt_pubsub_handler.release import Release, read_release

SECONDS = 10.0
"""How long all counts of a plan may take together."""

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a migration would do: its way, its SQL, what it destroys (uncounted, unless somebody counts)."""

    direction: Direction
    way: Way
    written: tuple[Written, ...]
    losses: tuple[Loss, ...]
    digest: str

    def irreversible(self) -> dict[str, str]:
        """Return why revisions on the way cannot be undone."""
        return {one.revision: one.irreversible for one in self.written if one.irreversible}


def plan(app: Flask, event: Event, seconds: float = SECONDS) -> dict[str, Any]:
    """
    Return what a migration would do, ready for JSON; nothing is changed.

    `event["direction"]` is "upgrade" or "downgrade" (the default), `event["target"]` and `event["confirm"]` are a
    downgrade's. "ceilings" in the answer goes into the downgrade's event as it is. Raises Refused, or
    MigrationFailed for a database that does not answer.
    """
    direction = event.get("direction", "downgrade")
    if direction not in ("upgrade", "downgrade"):
        raise Refused("request", 'Nothing was done: "direction" is "upgrade" or "downgrade". Correct the payload.')
    began = time.monotonic()
    release = read_release()
    try:
        with reading(app, seconds) as connection:
            found = make_plan(app, connection, direction, event, release)
            losses = count_losses(connection, found.losses, seconds)
    except DBAPIError as error:
        raise unreachable(error) from None
    return {
        "direction": direction,
        "from": found.way.start,
        "to": found.way.target,
        "release": release.as_dict(),
        "revisions": [
            {"revision": one.revision, "message": one.message, "irreversible": one.irreversible, "sql": one.sql}
            for one in found.written
        ],
        "losses": [loss.as_dict() for loss in losses],
        "ceilings": {loss.object: loss.ceiling for loss in losses if loss.is_limited},
        "digest": found.digest,
        "seconds": round(time.monotonic() - began, 3),
    }


def make_plan(app: Flask, connection: Connection, direction: Direction, event: Event, release: Release) -> Plan:
    """Return the plan for the database as `connection` sees it. Raises Refused."""
    up = direction == "upgrade"
    way = way_up(app, connection) if up else way_down(app, connection, read_target(event))
    written = tuple(write_down(app, direction, way.revisions))
    losses = tuple(_find_losses(connection, written))
    return Plan(direction, way, written, losses, _digest(direction, way, release.commit, written, losses))


def _find_losses(connection: Connection, written: Sequence[Written]) -> list[Loss]:
    followed = Losses(connection)
    found: list[Loss] = []
    for one in written:
        found += followed.of(one.revision, one.chunks)
        if one.gap:
            why = f"what it does cannot be written down without a database: {one.gap}"
            found.append(followed.not_followed(one.revision, f"revision {one.revision}", why))
        if one.commits and any(loss.revision == one.revision for loss in found):
            why = "it commits by itself on the way: what is lost after that is not counted again"
            found.append(followed.not_followed(one.revision, f"commits of {one.revision}", why))
    return found


def _digest(direction: Direction, way: Way, commit: str, written: Sequence[Written], losses: Sequence[Loss]) -> str:
    bound = {
        "direction": direction,
        "revision": way.start,
        "target": way.target,
        "release": commit,
        "sql": [[one.revision, one.file_hash, one.sql] for one in written],
        "destroyed": sorted([loss.revision, loss.kind, loss.object] for loss in losses),
    }
    return hashlib.sha256(json.dumps(bound, sort_keys=True).encode()).hexdigest()
