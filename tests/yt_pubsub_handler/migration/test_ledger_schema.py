"""The ledger is made on the first run of whichever release comes first, and must never stand in a run's way."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from yt_pubsub_handler.migration import ledger_schema
from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.migration.ledger_schema import ensure_ledger, ledger_version
from yt_pubsub_handler.settings import settings_of


@pytest.fixture
def connection(empty_app: Flask) -> Any:
    with migration_engine(settings_of(empty_app)).connect() as connection:
        yield connection


def tables(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'pipeline' ORDER BY 1")
    return list(found.scalars())


def test_an_empty_database_has_no_ledger(connection: Connection) -> None:
    assert ledger_version(connection) == 0


def test_the_ledger_is_made_once_and_kept(connection: Connection) -> None:
    ensure_ledger(connection)
    connection.exec_driver_sql("UPDATE pipeline.fence SET token = 7")
    connection.commit()

    ensure_ledger(connection)
    connection.rollback()

    assert tables(connection) == ["fence", "freezes", "holds", "releases", "runs", "steps"]
    assert ledger_version(connection) == ledger_schema.VERSION
    assert connection.exec_driver_sql("SELECT token FROM pipeline.fence").all() == [(7,)]


def test_a_schema_made_beforehand_is_used(connection: Connection) -> None:
    """An owner of the tables need not be allowed to create schemas."""
    connection.exec_driver_sql("CREATE SCHEMA pipeline")
    connection.commit()

    ensure_ledger(connection)

    assert tables(connection) == ["fence", "freezes", "holds", "releases", "runs", "steps"]


def test_a_newer_ledger_is_left_alone(connection: Connection) -> None:
    """After a rollback the release before meets the tables of the one after it."""
    connection.exec_driver_sql("CREATE SCHEMA pipeline")
    connection.exec_driver_sql("COMMENT ON SCHEMA pipeline IS 'Ledger of the migrations, version 99.'")
    connection.commit()

    ensure_ledger(connection)

    assert tables(connection) == []
    assert ledger_version(connection) == 99


def test_the_ledger_is_made_whole_or_not_at_all(connection: Connection) -> None:
    """Each statement of the session that holds the mutex commits by itself."""
    committing = connection.execution_options(isolation_level="AUTOCOMMIT")
    committing.exec_driver_sql("CREATE SCHEMA pipeline")
    committing.exec_driver_sql("CREATE VIEW pipeline.fence AS SELECT 1 AS one")

    with pytest.raises(ProgrammingError):
        ensure_ledger(committing)

    assert tables(committing) == []
