"""
Without this file nobody could tell which runs there were, and a run that was cut off would seem to go on for ever.

These are sent by the session that holds the mutex, or read by whoever wants to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.requests import Request


@dataclass(frozen=True)
class Ended:
    """A run that is over, as it was written down."""

    id: int
    outcome: str
    to_revision: str | None
    result: dict[str, Any] | None
    error_code: str | None
    error: str | None


@dataclass(frozen=True)
class Begun:
    """A run that the ledger knows of: its number, its token for the fence, and the revision it begins at."""

    number: int
    token: int
    start: str | None


def begin_run(connection: Connection, request: Request, *, token: int, tag: str, start: str | None) -> int | None:
    """
    Write down that `request` begins at revision `start`, and return the run's number.

    None when it is over already, under the same key: its first copy can end until the fence is raised.
    """
    found = connection.scalar(
        text(
            "INSERT INTO pipeline.runs (key, direction, from_revision, target_revision, release, lambda_version, "
            "actor, run, attempt, token, tag) VALUES (:key, :direction, :start, :target, :release, :version, "
            ":actor, :run, :attempt, :token, :tag) ON CONFLICT DO NOTHING RETURNING id"
        ),
        {
            "key": request.key,
            "direction": request.direction,
            "start": start,
            "target": request.target,
            "release": request.release.commit,
            "version": request.release.version,
            "actor": request.actor,
            "run": request.run,
            "attempt": request.attempt,
            "token": token,
            "tag": tag,
        },
    )
    return None if found is None else int(found)


def close_interrupted(connection: Connection, revision: str | None) -> None:
    """
    Close what earlier runs have left open; the database is at `revision`.

    Only for the holder of the mutex, after their sessions have ended: nothing can be under way any more.
    """
    connection.execute(
        text(
            "UPDATE pipeline.steps SET outcome = 'interrupted', ended_at = clock_timestamp() WHERE outcome = 'started'"
        )
    )
    connection.execute(
        text(
            "UPDATE pipeline.runs SET outcome = 'interrupted', ended_at = clock_timestamp(), "
            "to_revision = :revision, error_code = 'interrupted', error = 'It ended without a word; the next run found "
            "it.' WHERE outcome = 'running'"
        ),
        {"revision": revision},
    )


def ended_run(connection: Connection, key: str) -> Ended | None:
    """Return the run that was asked for under `key`, if it is over and was not cut off."""
    row = connection.execute(
        text(
            "SELECT id, outcome, to_revision, result, error_code, error FROM pipeline.runs "
            "WHERE key = :key AND outcome NOT IN ('running', 'interrupted')"
        ),
        {"key": key},
    ).first()
    return Ended(*row) if row else None
