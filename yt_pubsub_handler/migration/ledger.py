"""
Without this file a run that was cut off would leave no word of how far it came.

"started" is committed at once, by a session of its own. How a step ended is written in the transaction that changes
alembic_version, so neither is ever there without the other. Every row is changed only while it is open: a successor
may have closed it, and knows better.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.migration.blockers import Blocker
from yt_pubsub_handler.migration.connections import Sessions
from yt_pubsub_handler.migration.errors import MigrationError, MigrationFailed
from yt_pubsub_handler.migration.requests import Direction, Request


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


class Ledger:
    """Writes what a run does after it has begun, each word committed at once, in a session of its own."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._connection = sessions.open("ledger", autocommit=True)

    @property
    def connection(self) -> Connection:
        """The ledger's session, a new one if it was lost; good for a look at anything beside the migration."""
        if self._connection.invalidated:
            self._connection.close()
            self._connection = self._sessions.open("ledger", autocommit=True)
        return self._connection

    def close(self) -> None:
        self._connection.close()

    def end_run(
        self, run: int, outcome: str, to_revision: str | None, *, result: Mapping[str, Any] | None = None,
        error: MigrationError | None = None,
    ) -> bool:  # fmt: skip
        """Write down how a run ended, and return True; False if a successor has done it already."""
        changed = self._write(
            "UPDATE pipeline.runs SET ended_at = clock_timestamp(), outcome = :outcome, to_revision = :revision, "
            "result = CAST(:result AS jsonb), error_code = :code, error = :error "
            "WHERE id = :run AND outcome = 'running' RETURNING id",
            run=run,
            outcome=outcome,
            revision=to_revision,
            result=None if result is None else json.dumps(result),
            code=error and error.code,
            error=error and error.message,
        )
        return changed is not None

    def begin_step(self, begun: Begun, revision: str, direction: Direction, file_hash: str) -> int:
        """
        Write down that a revision is about to be applied or undone, and return the step's number.

        Raises MigrationFailed when there is a successor: its steps are the ones to be read.
        """
        step = self._write(
            "INSERT INTO pipeline.steps (run_id, revision, direction, file_hash) "
            "SELECT :run, :revision, :direction, :hash FROM pipeline.fence WHERE token = :token RETURNING id",
            run=begun.number,
            revision=revision,
            direction=direction,
            hash=file_hash,
            token=begun.token,
        )
        if step is None:
            raise MigrationFailed("fence", "Another run has taken the mutex since, so this one begins nothing more.")
        return int(step)

    def note_tries(self, step: int, retries: int, blockers: list[Blocker]) -> None:
        self._write(
            "UPDATE pipeline.steps SET retries = :retries, blockers = CAST(:blockers AS jsonb) "
            "WHERE id = :step AND outcome = 'started' RETURNING id",
            step=step,
            retries=retries,
            blockers=json.dumps(blockers),
        )

    def note_indexes(self, step: int, indexes: list[dict[str, str]]) -> None:
        """Remember, before it is built, an index that may be left behind invalid."""
        self._write(
            "UPDATE pipeline.steps SET indexes = indexes || CAST(:indexes AS jsonb) WHERE id = :step RETURNING id",
            step=step,
            indexes=json.dumps(indexes),
        )

    def step_outcome(self, step: int) -> str:
        return str(self._write("SELECT outcome FROM pipeline.steps WHERE id = :step", step=step))

    def fail_step(self, step: int, code: str, message: str) -> None:
        """Write down that a step was not done, unless somebody else has closed it."""
        self._write(
            "UPDATE pipeline.steps SET outcome = 'failed', ended_at = clock_timestamp(), "
            "seconds = extract(epoch FROM clock_timestamp() - started_at), error_code = :code, error = :error "
            "WHERE id = :step AND outcome = 'started' RETURNING id",
            step=step,
            code=code,
            error=message,
        )

    def _write(self, statement: str, **values: Any) -> Any:
        """Run one statement, in a new session if ours is gone, and return its first value."""
        try:
            return self._first(statement, values)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._first(statement, values)

    def _first(self, statement: str, values: dict[str, Any]) -> Any:
        found = self.connection.execute(text(statement), values)
        return found.scalar() if found.returns_rows else None


def begin_run(connection: Connection, request: Request, *, token: int, tag: str, start: str | None) -> int:
    """Write down that `request` begins at revision `start`, and return the run's number."""
    found = connection.scalar(
        text(
            "INSERT INTO pipeline.runs (key, direction, from_revision, target_revision, release, lambda_version, "
            "actor, run, attempt, token, tag) VALUES (:key, :direction, :start, :target, :release, :version, "
            ":actor, :run, :attempt, :token, :tag) RETURNING id"
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
    return int(found)


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


def end_step(connection: Connection, step: int, outcome: str) -> None:
    """
    Write down on the migrating session, in the revision's own transaction, that it was done.

    Raises MigrationFailed when a successor has closed the step in the meantime.
    """
    changed = connection.execute(
        text(
            "UPDATE pipeline.steps SET outcome = :outcome, ended_at = clock_timestamp(), "
            "seconds = extract(epoch FROM clock_timestamp() - started_at) WHERE id = :step AND outcome = 'started'"
        ),
        {"step": step, "outcome": outcome},
    )
    if changed.rowcount != 1:
        raise MigrationFailed("fence", "Another run has closed this step since, so this one commits nothing more.")


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
