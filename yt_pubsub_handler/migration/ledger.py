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

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from yt_pubsub_handler.migration.blockers import Blocker
from yt_pubsub_handler.migration.errors import MigrationError, MigrationFailed, Refused
from yt_pubsub_handler.migration.requests import Direction
from yt_pubsub_handler.migration.runs import Begun
from yt_pubsub_handler.migration.sessions import Sessions, driver_of


@dataclass(frozen=True)
class BegunStep:
    """A step that is under way; `follows_a_failure`: an earlier try of its revision ended badly."""

    number: int
    follows_a_failure: bool


class Ledger:
    """Writes what a run does after it has begun, each word committed at once, in a session of its own."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._connection = sessions.open("ledger", autocommit=True)

    @property
    def connection(self) -> Connection:
        """The ledger's session, a new one if it was lost; good for a look at anything beside the migration."""
        try:
            driver_of(self._connection).execute("SELECT")
        except (psycopg.Error, SQLAlchemyError):
            if not self._connection.closed:
                self._connection.invalidate()  # Closing it alone would send a ROLLBACK, into nowhere.
                self._connection.close()
            self._connection = self._open_again()
        return self._connection

    def _open_again(self) -> Connection:
        try:
            return self._sessions.open("ledger", autocommit=True)
        except Refused as error:
            raise MigrationFailed(
                "unreachable",
                f"The database was lost in the middle of the run ({error.message}). What was done is in its ledger: "
                "see run.run_migration_status when it answers, then run it again.",
            ) from None

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

    def begin_step(self, begun: Begun, revision: str, direction: Direction, file_hash: str) -> BegunStep:
        """
        Write down that a revision is about to be applied or undone.

        Raises MigrationFailed when there is a successor: its steps are the ones to be read.
        """
        row = self._write(
            "INSERT INTO pipeline.steps (run_id, revision, direction, file_hash) "
            "SELECT :run, :revision, :direction, :hash FROM pipeline.fence WHERE token = :token RETURNING id, "
            "EXISTS (SELECT FROM pipeline.steps WHERE revision = :revision AND outcome IN ('failed', 'interrupted'))",
            run=begun.number,
            revision=revision,
            direction=direction,
            hash=file_hash,
            token=begun.token,
        )
        if row is None:
            raise MigrationFailed("fence", "Another run has taken the mutex since, so this one begins nothing more.")
        return BegunStep(*row)

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
        (outcome,) = self._write("SELECT outcome FROM pipeline.steps WHERE id = :step", step=step)
        return str(outcome)

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
        """Run one statement, in a new session if ours is gone, and return its first row."""
        if not self._connection.closed:
            try:
                return self._first(self._connection, statement, values)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
        return self._first(self.connection, statement, values)

    @staticmethod
    def _first(connection: Connection, statement: str, values: dict[str, Any]) -> Any:
        found = connection.execute(text(statement), values)
        return found.first() if found.returns_rows else None


def end_step(connection: Connection, step: int, outcome: str) -> None:
    """
    Write down on the migrating session, in the revision's own transaction, that it was done.

    Raises MigrationFailed when a successor has closed the step in the meantime. Asks below SQLAlchemy, whose events
    are there to judge a revision's statements.
    """
    changed = driver_of(connection).execute(
        "UPDATE pipeline.steps SET outcome = %s, ended_at = clock_timestamp(), "
        "seconds = extract(epoch FROM clock_timestamp() - started_at) WHERE id = %s AND outcome = 'started'",
        (outcome, step),
    )
    if changed.rowcount != 1:
        raise MigrationFailed("fence", "Another run has closed this step since, so this one commits nothing more.")
