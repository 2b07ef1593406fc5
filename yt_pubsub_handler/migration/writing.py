"""
Without this file a freeze could not be written down before the first upgrade has made the ledger.

Holds, freezes and releases are written beside a migration, not under its mutex: a rollback freezes deploys while one
of them is still running.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.ledger_schema import ensure_ledger
from yt_pubsub_handler.migration.reading import SECONDS, unreachable
from yt_pubsub_handler.settings import settings_of

LONGEST_TEXT = 500
_TRIES = 10


@contextmanager
def writing(app: Flask) -> Iterator[Connection]:
    """
    Yield a connection as the schema's owner, on which the ledger is there; what was done commits at the end.

    Raises MigrationFailed ("unreachable") when the database does not answer or does not let us.
    """
    try:
        with migration_engine(settings_of(app), statement_seconds=SECONDS).connect() as connection:
            _make_ledger(connection)
            with connection.begin():
                yield connection
    except DBAPIError as error:
        raise unreachable(error) from None


def _make_ledger(connection: Connection) -> None:
    for tries_left in reversed(range(_TRIES)):
        try:
            ensure_ledger(connection)
            break
        except (IntegrityError, ProgrammingError):
            # Somebody else has just made this part of it: two CREATE … IF NOT EXISTS at once fail each other.
            connection.rollback()
            if not tries_left:
                raise
    connection.rollback()


def actor(event: Mapping[str, Any]) -> str | None:
    """Return who asks: `event["by"]`, or else the actor of the workflow's run. Raises Refused."""
    run = event.get("run")
    given = event.get("by") or (run.get("actor") if isinstance(run, Mapping) else None)
    return given if given is None else told(given, "by")


def told(value: Any, name: str) -> str:
    """Return the text that `event` has under `name`. Raises Refused for anything else, and for too much of it."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise Refused(
            "request",
            f'Nothing was done: "{name}" must be a text of at most {LONGEST_TEXT} characters. Correct the payload.',
        )
    return value.strip()
