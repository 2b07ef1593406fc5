"""Warm containers keep their connections while a migration changes what those were talking about."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.conftest import settings_for
from tests.yt_pubsub_handler.conftest import RoundTrips
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db, execute_alone

WHO = "SELECT pg_backend_pid()"


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


def test_a_statement_that_is_sent_alone_is_sent_again_on_a_living_connection(app: Flask, postgresql: Any) -> None:
    with app.app_context():
        (before,) = execute_alone(WHO, {})[0]
        postgresql.execute("SELECT pg_terminate_backend(%s)", (before,))
        postgresql.commit()

        (after,) = execute_alone(WHO, {})[0]

    assert after != before


def test_it_finds_a_living_connection_among_any_number_of_dead_ones(app: Flask, postgresql: Any) -> None:
    with app.app_context():
        kept = [db.engine.connect() for _ in range(4)]
        for connection in kept:
            connection.close()
        postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        postgresql.commit()

        assert execute_alone("SELECT 1", {}) == [(1,)]


def test_a_statement_that_is_sent_alone_is_committed_and_leaves_transactions_as_they_were(
    app: Flask, postgresql: Any
) -> None:
    with app.app_context():
        execute_alone("INSERT INTO hubs (url) VALUES (%(url)s) RETURNING url", {"url": "kept"})
        db.session.execute(text("INSERT INTO hubs (url) VALUES ('undone')"))
        db.session.rollback()

    assert postgresql.execute("SELECT url FROM hubs").fetchall() == [("kept",)]


def test_a_statement_that_is_sent_alone_costs_one_round_trip(app: Flask, round_trips: RoundTrips) -> None:
    """Neither BEGIN nor COMMIT, and nobody asks first whether the connection lives."""
    with round_trips() as alone:
        execute_alone("SELECT %(one)s::int", {"one": 1})
    with round_trips() as usual:
        db.session.execute(text("SELECT 1"))
        db.session.commit()

    assert (len(alone), len(usual)) == (1, 4)


def test_its_errors_are_those_of_sqlalchemy_and_keep_the_connection(app: Flask) -> None:
    with app.app_context():
        (before,) = execute_alone(WHO, {})[0]
        with pytest.raises(IntegrityError) as raised:
            execute_alone("INSERT INTO hubs (url) VALUES (%(url)s)", {"url": None})

        assert execute_alone(WHO, {}) == [(before,)]
    assert isinstance(raised.value.orig, psycopg.errors.NotNullViolation)
    assert not raised.value.connection_invalidated


def test_no_server_is_an_error_of_sqlalchemy_too() -> None:
    app = create_app(settings_for("postgresql://u:p@127.0.0.1:1/none"))

    with app.app_context(), pytest.raises(DBAPIError, match="Connection refused"):
        execute_alone("SELECT 1", {})
