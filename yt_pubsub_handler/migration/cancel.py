"""
Without this file a migration that everybody waits for could be ended only by somebody with the database's password.

It is asked for in the ledger, where the run's heartbeat finds it; a run that does not answer, as its client is frozen
or gone, loses its sessions.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration import backends, mutex
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.revisions import database_revision
from yt_pubsub_handler.migration.runs import close_interrupted
from yt_pubsub_handler.migration.sessions import Sessions, name
from yt_pubsub_handler.settings import settings_of

PATIENCE_SECONDS = 10.0
"""For how long the run may end by itself: some heartbeats."""

_RUNNING = text("SELECT id, tag FROM pipeline.runs WHERE outcome = 'running' ORDER BY id DESC LIMIT 1")
_ASK = text(
    "UPDATE pipeline.runs SET cancel_requested_at = clock_timestamp(), cancel_requested_by = :by "
    "WHERE id = :run AND outcome = 'running'"
)
_OUTCOME = text("SELECT outcome, to_revision FROM pipeline.runs WHERE id = :run")


def cancel(app: Flask, by: str | None = None) -> dict[str, Any]:
    """
    End the migration that is running, and return how it ended: {"run", "outcome", "to"}.

    "outcome" is "applied" or "undone" when it was faster, "interrupted" when it had to be ended from outside. Raises
    Refused when none is running.
    """
    sessions = Sessions(settings_of(app))
    # The holder of the mutex is who closes what was interrupted, so this is a session that can become it.
    with sessions.open("lock", autocommit=True, **mutex.OPTIONS) as connection:
        try:
            return _cancel(connection, by)
        except DBAPIError as error:
            raise MigrationFailed(
                "unreachable",
                f"Whether the run was cancelled is not known: the database does not answer ({describe(error)}). See "
                "run.run_migration_status when it does.",
            ) from None


def _cancel(connection: Connection, by: str | None) -> dict[str, Any]:
    running = connection.execute(_RUNNING).first() if ledger_version(connection) else None
    if running is None:
        raise Refused("nothing-running", "Nothing was done: no migration is running. See run.run_migration_status.")
    run, tag = running
    connection.execute(_ASK, {"run": run, "by": by})
    until = time.monotonic() + PATIENCE_SECONDS
    while (outcome := connection.execute(_OUTCOME, {"run": run}).one())[0] == "running" and time.monotonic() < until:
        time.sleep(backends.POLL_SECONDS)
    if outcome[0] == "running":
        outcome = _end(connection, run, tag)
    return {"run": run, "outcome": outcome[0], "to": outcome[1]}


def _end(connection: Connection, run: int, tag: str) -> Any:
    """End the run's sessions; the mutex is free then, unless the next run has taken it and does what is left to do."""
    for role in ("lock", "work", "ledger"):
        backends.end(connection, backends.named(connection, name(role, tag)), name(role, tag))
    if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": mutex.KEY}):
        close_interrupted(connection, database_revision(connection))
        mutex.release(connection)
    return connection.execute(_OUTCOME, {"run": run}).one()
