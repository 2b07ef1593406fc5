"""As whom the schema is changed, and within which time-outs."""

from __future__ import annotations

from typing import Any

import psycopg

from yt_pubsub_handler import create_app
from yt_pubsub_handler.db_utils import alembic_upgrade, migration_status
from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.settings import Settings, settings_of


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
