"""How carefully a revision runs is decided in env.py, and seen from inside a revision."""

from __future__ import annotations

import io
import logging
from contextlib import redirect_stdout
from typing import Any

import pytest
from alembic import command
from flask import Flask

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.migration.revisions import alembic_config


def test_the_time_outs_are_in_force_inside_a_revision(
    empty_app: Flask, write_revisions: Any, empty_postgresql: Any
) -> None:
    write_revisions(
        'op.execute("CREATE TABLE seen AS SELECT name, setting, unit FROM pg_settings '
        "WHERE name ~ 'timeout$|^client_connection|^application_name'\")"
    )

    alembic_upgrade(empty_app, seconds=100)

    in_force = {name: (setting, unit) for name, setting, unit in empty_postgresql.execute("TABLE seen")}
    assert (
        in_force
        | {
            "lock_timeout": ("4000", "ms"),
            "statement_timeout": ("60000", "ms"),
            "idle_in_transaction_session_timeout": ("15000", "ms"),
            "client_connection_check_interval": ("2000", "ms"),
        }
        == in_force
    )


def test_each_revision_is_a_transaction_of_its_own(
    empty_app: Flask, write_revisions: Any, empty_postgresql: Any
) -> None:
    first, second = write_revisions(
        'op.execute("CREATE TABLE kept ()")', 'op.execute("CREATE TABLE lost ()"); op.execute("SELECT 1/0")'
    )

    with pytest.raises(MigrationFailed, match=f"stopped in revision {second}"):
        alembic_upgrade(empty_app)

    tables = empty_postgresql.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    assert tables == [("alembic_version",), ("kept",)]
    assert empty_postgresql.execute("SELECT version_num FROM alembic_version").fetchall() == [(first,)]


def test_an_index_can_be_built_concurrently(empty_app: Flask, write_revisions: Any, empty_postgresql: Any) -> None:
    write_revisions(
        'op.execute("CREATE TABLE t (a int)")',
        "with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY ix ON t (a)')",
    )

    alembic_upgrade(empty_app)

    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass"
    assert empty_postgresql.execute(query).fetchone() == (True,)


def test_a_migration_leaves_every_logger_as_it_was(empty_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """The stock env.py disables the loggers of the warm container that goes on to serve requests."""
    root, ours = logging.getLogger(), logging.getLogger("yt_pubsub_handler.websub.views")
    root.setLevel(logging.INFO)
    before = (root.level, list(root.handlers), ours.disabled, ours.level)

    alembic_upgrade(empty_app)
    caplog.clear()
    ours.info("still here")

    assert (root.level, list(root.handlers), ours.disabled, ours.level) == before
    assert caplog.messages == ["still here"]


def test_the_statements_can_be_written_down_without_a_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object, **__: object) -> None:
        pytest.fail("--sql asked for a connection")

    monkeypatch.setattr("psycopg.connect", connect)
    written = io.StringIO()

    with app.app_context(), redirect_stdout(written):
        config = alembic_config(app)
        config.output_buffer = written
        command.upgrade(config, "head", sql=True)

    assert "CREATE TABLE videos" in written.getvalue()
    assert written.getvalue().count("BEGIN;") == written.getvalue().count("COMMIT;") >= 1
