"""Warm containers keep their connections while a migration changes what those were talking about."""

from __future__ import annotations

from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import text

from yt_pubsub_handler.database import db


def test_a_warm_connection_survives_a_changed_column_type(app: Flask, postgresql: Any) -> None:
    """A statement prepared on the server would fail: "cached plan must not change result type"."""
    postgresql.execute("CREATE TABLE warm (a varchar(9))")
    postgresql.execute("INSERT INTO warm VALUES ('kept')")
    postgresql.commit()

    def read(connection: Any) -> list[Any]:
        with connection.begin():
            return list(connection.execute(text("SELECT a FROM warm")).scalars())

    with app.app_context(), db.engine.connect() as connection:
        before = [read(connection) for _ in range(10)]
        postgresql.execute("ALTER TABLE warm ALTER COLUMN a TYPE text")
        postgresql.commit()
        after = read(connection)

    assert before == [["kept"]] * 10
    assert after == ["kept"]


def test_a_connection_the_server_has_closed_is_replaced(app: Flask, postgresql: Any) -> None:
    with app.app_context():
        first = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        db.session.rollback()
        postgresql.execute("SELECT pg_terminate_backend(%s)", (first,))
        postgresql.commit()

        second = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()

    assert second != first


def test_the_database_can_tell_who_we_are(app: Flask, postgresql: psycopg.Connection[Any]) -> None:
    with app.app_context(), db.engine.connect():
        names = postgresql.execute(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        ).fetchall()

    assert names == [("yt-pubsub-handler",)]
