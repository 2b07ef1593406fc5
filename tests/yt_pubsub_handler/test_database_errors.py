"""Logs are kept for years: they tell what failed and where, and never what was in the row."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database import db
from yt_pubsub_handler.database_errors import describe, passes_by_itself


def failure(app: Flask, statement: str) -> DBAPIError:
    with app.app_context(), pytest.raises(DBAPIError) as raised, db.engine.begin() as connection:
        connection.execute(text(statement), {"value": "from a row"})
    return raised.value


TABLE = "CREATE TEMP TABLE t (a text CONSTRAINT uq UNIQUE, b int NOT NULL, CONSTRAINT ck CHECK (b > 0))"


@pytest.mark.parametrize(
    ("statement", "described"),
    [
        (
            "INSERT INTO t VALUES ('hidden', 1), ('hidden', 2)",
            '23505 UniqueViolation duplicate key value violates unique constraint "uq" [table t, constraint uq]',
        ),
        (
            "INSERT INTO t VALUES ('hidden', -1)",
            '23514 CheckViolation new row for relation "t" violates check constraint "ck" [table t, constraint ck]',
        ),
        (
            "INSERT INTO t VALUES ('hidden', NULL)",
            '23502 NotNullViolation null value in column "b" of relation "t" violates not-null constraint '
            "[table t, column b]",
        ),
        # The server's own words quote the value here.
        ("SELECT 'hidden'::int", "22P02 InvalidTextRepresentation"),
        ("SELECT 'hidden'::timestamptz", "22007 InvalidDatetimeFormat"),
        ("SELECT * FROM nowhere", '42P01 UndefinedTable relation "nowhere" does not exist'),
    ],
)
def test_names_are_told_and_values_are_not(statement: str, described: str, app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql(TABLE)
        with pytest.raises(DBAPIError) as raised:
            connection.exec_driver_sql(statement)

    assert describe(raised.value) == described


def test_parameters_are_hidden_in_the_error_itself(app: Flask) -> None:
    assert "from a row" not in str(failure(app, "SELECT :value FROM nowhere"))


def raised_by_server(sqlstate: str, app: Flask) -> DBAPIError:
    return failure(app, f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{sqlstate}'; END $$")


@pytest.mark.parametrize("state", ["42P01", "42703", "55P03", "57014", "40P01", "57P01", "57P03", "53300", "08006"])
def test_waiting_helps_against_locks_and_missing_schemas_and_servers(state: str, app: Flask) -> None:
    assert passes_by_itself(raised_by_server(state, app))


@pytest.mark.parametrize("state", ["23505", "22P02", "42501", "42601", "P0001", "XX000"])
def test_waiting_does_not_help_against_anything_else(state: str, app: Flask) -> None:
    assert not passes_by_itself(raised_by_server(state, app))


def test_what_cannot_pass_is_answered_500_and_logged_without_values(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/pubsubhub/broken")
    def broken() -> str:
        db.session.execute(text("SELECT CAST(:value AS int)"), {"value": "hidden"})
        return "never"

    answer = app.test_client().get("/pubsubhub/broken")

    assert (answer.status_code, answer.get_json()) == (500, {"error": "internal error"})
    assert "broken failed in the database: 22P02 InvalidTextRepresentation" in caplog.text
    assert "hidden" not in caplog.text
    assert "Retry-After" not in answer.headers


def test_waiting_helps_when_other_requests_have_all_connections(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with app.app_context(), ExitStack() as others:
        db.engine.pool._timeout = 0.01  # type: ignore[attr-defined] # Else it waits for half a minute.
        for _ in range(db.engine.pool.size() + db.engine.pool._max_overflow):  # type: ignore[attr-defined] # Its own.
            others.enter_context(db.engine.connect())

        answers = [app.test_client().get("/status"), app.test_client().post(f"/pubsubhub/hook/{'x' * 43}")]

    assert [(one.status_code, one.headers.get("Retry-After")) for one in answers] == [(503, "30")] * 2
    assert "websub.receive failed in the database: no connection was free in time" in caplog.text


def test_an_error_of_psycopg_itself_can_be_described(postgresql: Any) -> None:
    with pytest.raises(psycopg.Error) as raised:
        postgresql.execute("SELECT 1/0")

    assert describe(raised.value) == "22012 DivisionByZero"
