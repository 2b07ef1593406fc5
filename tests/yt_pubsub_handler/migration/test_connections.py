"""A server that cannot end a frozen client, or is not there, is named before anything is done."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from yt_pubsub_handler import create_app
from yt_pubsub_handler.db_utils import alembic_upgrade, migration_status
from yt_pubsub_handler.migration import connections, mutex
from yt_pubsub_handler.migration.connections import Sessions, migration_engine, milliseconds
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.settings import Settings, settings_of

SEEN = ("application_name", "lock_timeout", "work_mem")


def test_a_server_that_is_too_old_is_refused(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "OLDEST_SERVER", 99)

    with pytest.raises(
        Refused, match=r"\[postgres-version\] Nothing was done: the server is PostgreSQL \d+\. .* 99 or"
    ):
        alembic_upgrade(empty_app)


def test_a_server_that_does_not_know_a_time_out_is_refused(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """One before 14 does not even let us connect with them."""
    monkeypatch.setattr(mutex, "OPTIONS", {"idle_sessions_time_out": "10s"})

    with pytest.raises(Refused, match=r"\[postgres-version\] .* does not know a time-out .* to 14 or later"):
        alembic_upgrade(empty_app)


def test_a_database_that_is_away_is_told_without_its_password() -> None:
    app = create_app(Settings("postgresql+psycopg://u:hidden@127.0.0.1:1/none", "s", "https://app.example"))

    with pytest.raises(Refused, match=r"\[unreachable\] Nothing was done: .* not answer \(no con") as error:
        alembic_upgrade(app)

    assert "hidden" not in str(error.value)


def test_a_lost_session_is_not_replaced_behind_our_back(empty_app: Flask) -> None:
    """SQLAlchemy would go on in a new one, which holds neither the mutex nor our time-outs."""
    session = Sessions(settings_of(empty_app)).open("lock", autocommit=True)
    session.invalidate()
    session.rollback()

    with pytest.raises(OperationalError, match="the session was lost, and is not replaced by another"):
        session.exec_driver_sql("SELECT 1")


def test_sessions_are_found_by_their_names_and_options_added_to_the_urls(empty_app: Flask) -> None:
    settings = settings_of(empty_app)
    url = f"{settings.database_url}?options=-c%20work_mem%3D77kB"
    sessions = Sessions(Settings(url, "s", "https://app.example"))
    with sessions.open("work", lock_timeout="5s") as first, sessions.open("ledger") as second:
        ask = text(f"SELECT {', '.join(f'current_setting(:{name})' for name in SEEN)}")
        seen = [one.execute(ask, {name: name for name in SEEN}).one() for one in (first, second)]

    assert seen == [
        (f"yt-pubsub-handler migration work {sessions.tag}", "5s", "77kB"),
        (f"yt-pubsub-handler migration ledger {sessions.tag}", "4s", "77kB"),
    ]


def test_a_duration_never_means_for_ever() -> None:
    assert [milliseconds(seconds) for seconds in (0, 0.0001, 1.5)] == ["1ms", "1ms", "1500ms"]


def test_the_schema_is_changed_as_its_owner(empty_database_url: str, empty_postgresql: psycopg.Connection[Any]) -> None:
    """The app itself may be a role that is not allowed to."""
    server = empty_postgresql.info
    app = create_app(
        Settings(
            f"postgresql+psycopg://nobody_{server.backend_pid}:x@{server.host}:{server.port}/{server.dbname}",
            "s",
            "https://app.example",
            migration_database_url=empty_database_url,
        )
    )

    told = alembic_upgrade(app)

    assert told["to"] == told["head"]
    assert migration_status(app)["schema"]["fit"] == "current"
    assert app.test_client().get("/status").get_json()["schema"]["fit"] == "unreachable"


def test_options_in_the_url_are_kept_beside_the_time_outs(
    empty_database_url: str, empty_postgresql: psycopg.Connection[Any]
) -> None:
    empty_postgresql.execute("CREATE SCHEMA elsewhere")
    empty_postgresql.commit()
    url = f"{empty_database_url}?options=-c%20search_path%3Delsewhere"
    app = create_app(Settings(url, "s", "https://app.example"))

    with migration_engine(settings_of(app), statement_seconds=1.5).connect() as connection:
        settings = connection.exec_driver_sql("SELECT name, setting FROM pg_settings").all()

    wanted = {"search_path": "elsewhere", "statement_timeout": "1500", "lock_timeout": "4000"}
    assert {name: setting for name, setting in settings if name in wanted} == wanted
