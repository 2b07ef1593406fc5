"""
Without this file a question about production's database could change it.

The server itself refuses to write on these connections, from the first statement on: plans run whatever a revision
made of them through a parser, and a mistake there must end in an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.settings import Settings, settings_of

SECONDS = 5.0
"""How long a question may take that does not say otherwise."""


@contextmanager
def reading(app: Flask, seconds: float = SECONDS) -> Iterator[Connection]:
    """
    Yield a connection as the schema's owner that cannot write; no statement runs for longer than `seconds`.

    Raises MigrationFailed ("unreachable") when there is none to be had.
    """
    engine = migration_engine(_read_only(settings_of(app)), statement_seconds=seconds)
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise unreachable(error) from None
    with connection:
        yield connection


def unreachable(error: DBAPIError) -> MigrationFailed:
    """Return the error for a database that could not be asked."""
    return MigrationFailed(
        "unreachable",
        f"The database cannot be asked: {describe(error)}. Nothing was done. See that it answers, then try again.",
    )


def _read_only(settings: Settings) -> Settings:
    url = make_url(settings.migration_database_url or settings.database_url)
    given = url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} -c default_transaction_read_only=on".strip()
    changed = url.update_query_dict({"options": options})
    return replace(settings, migration_database_url=changed.render_as_string(hide_password=False))
