"""
Without this file the guard would let a deploy begin that the engine refuses in the middle of it.

Each part is asked by itself, and one that fails says so in its place, {"unknown": why}: who is woken up needs the
others all the more then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration.connections import APPLICATION_NAME, migration_engine
from yt_pubsub_handler.migration.drift import find_drift
from yt_pubsub_handler.migration.errors import MigrationError
from yt_pubsub_handler.migration.freezes import frozen
from yt_pubsub_handler.migration.history import recorded_runs
from yt_pubsub_handler.migration.holds import held
from yt_pubsub_handler.migration.invalid_indexes import invalid_indexes
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.mutex import holder
from yt_pubsub_handler.migration.paths import pending
from yt_pubsub_handler.migration.reading import reading
from yt_pubsub_handler.migration.revisions import database_revision, package_head
from yt_pubsub_handler.settings import settings_of

SECONDS = 2.0
"""How long one part may take."""

Ask = Callable[[Flask, Connection], Any]


def tell_condition(app: Flask) -> dict[str, Any]:
    """
    Return the state of the schema and of its pipeline, ready for JSON.

    pending: revisions an upgrade would apply, first to last. held, frozen: what stops it. interrupted: revisions whose
    last try ended without a word. invalid_indexes: "table.index". drift: differences from the models, None while the
    database is not at this package's head. mutex: who holds it. last_run: as the history tells it. Raises nothing; a
    part nobody could find out is {"unknown": why}.
    """
    try:
        with reading(app, SECONDS) as connection:
            told = {name: _part(app, connection, ask) for name, ask in _PARTS.items()}
    except MigrationError as error:
        told = {name: {"unknown": str(error)} for name in _PARTS}
    return told | {"drift": _drift(app)}


def _part(app: Flask, connection: Connection, ask: Ask) -> Any:
    try:
        with connection.begin():
            return ask(app, connection)
    except DBAPIError as error:
        return {"unknown": describe(error)}
    except MigrationError as error:
        return {"unknown": str(error)}


def _drift(app: Flask) -> Any:
    # Comparing entities of alembic_utils makes them and takes them back: a connection that may write.
    engine = migration_engine(settings_of(app), SECONDS, lock_timeout="1s")
    try:
        with engine.connect() as connection:
            with connection.begin():
                if database_revision(connection) != package_head(app):
                    return None
            return find_drift(app, connection)
    except DBAPIError as error:
        return {"unknown": describe(error)}
    except Exception as error:  # noqa: BLE001 - env.py and the models are the app's: whatever they raise is told.
        return {"unknown": " ".join(f"{type(error).__name__}: {error}".split())}


def _interrupted(_app: Flask, connection: Connection) -> list[dict[str, Any]]:
    if not ledger_version(connection):
        return []
    found = connection.execute(text(_INTERRUPTED), {"ours": f"{APPLICATION_NAME} %"})
    return [dict(row) for row in found.mappings()]


def _mutex(_app: Flask, connection: Connection) -> dict[str, Any] | None:
    found = holder(connection)
    return None if found is None else found.as_dict()


def _last_run(_app: Flask, connection: Connection) -> dict[str, Any] | None:
    return next(iter(recorded_runs(connection, 1)), None)


_PARTS: dict[str, Ask] = {
    "pending": lambda app, connection: pending(app, database_revision(connection)),
    "held": held,
    "frozen": lambda _, connection: frozen(connection),
    "interrupted": _interrupted,
    "invalid_indexes": lambda _, connection: [f"{one.table}.{one.name}" for one in invalid_indexes(connection)],
    "mutex": _mutex,
    "last_run": _last_run,
}

# A run is under way as long as a session of its tag is there; the next holder of the mutex closes what is not.
_INTERRUPTED = """
SELECT revision, direction, run_id AS run, to_json(started_at) #>> '{}' AS started_at
FROM (SELECT DISTINCT ON (revision) * FROM pipeline.steps ORDER BY revision, id DESC) AS last
WHERE outcome = 'interrupted' OR (outcome = 'started' AND NOT EXISTS (
    SELECT FROM pipeline.runs r JOIN pg_stat_activity a ON a.application_name LIKE :ours || r.tag
    WHERE r.id = run_id AND a.datname = current_database()))
ORDER BY id
"""
