"""Warm containers keep their connections while a migration changes what those were talking about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool

from tests.conftest import settings_for
from tests.yt_pubsub_handler.conftest import RoundTrips, Rows
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db, execute_alone, execute_prepared

WHO = "SELECT pg_backend_pid()"
ADD = text("WITH added AS (INSERT INTO hubs (url) VALUES (:url) RETURNING 1) SELECT EXISTS (SELECT FROM added)")
PREPARED = "SELECT name, statement FROM pg_prepared_statements"


@pytest.fixture
def held(app: Flask) -> Iterator[Connection]:
    """Yield a connection that commits each statement by itself, as a drain holds one."""
    with app.app_context(), db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection


def behind_our_back(held: Connection, sql: str) -> None:
    """Have the server carry out `sql` in `held`'s session, as a pooler's other clients would, unseen by psycopg."""
    assert held.connection.driver_connection is not None
    held.connection.driver_connection.pgconn.exec_(sql.encode())


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


def test_a_connection_that_began_with_a_statement_alone_is_asked_before_others_use_it(
    app: Flask, postgresql: Any
) -> None:
    with app.app_context():
        (before,) = execute_alone(WHO, {})[0]
        postgresql.execute("SELECT pg_terminate_backend(%s)", (before,))
        postgresql.commit()

        assert db.session.execute(text(WHO)).scalar_one() != before


def test_what_could_not_be_connected_takes_no_place_in_the_pool(app: Flask, postgresql: Any) -> None:
    """A database that is away for a while is there again for everybody, however many have asked meanwhile."""
    name = postgresql.info.dbname
    with (
        app.app_context(),
        psycopg.connect(
            postgresql.info.dsn, password=postgresql.info.password, dbname="postgres", autocommit=True
        ) as there,
    ):
        pool = cast(QueuePool, db.engine.pool)
        pool._recycle = 0  # As if five minutes had passed: what is kept has to be connected anew.
        execute_alone(WHO, {})
        there.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        there.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        for _ in range(20):
            with pytest.raises(DBAPIError):
                execute_alone(WHO, {})
            assert pool.checkedout() == 0
        there.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())

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


def test_what_is_left_undone_is_undone_before_the_next_has_the_connection(app: Flask, rows: Rows) -> None:
    with app.app_context():
        forgetful = db.engine.raw_connection()
        forgetful.cursor().execute("INSERT INTO hubs (url) VALUES ('undone')")
        forgetful.close()

        execute_alone("INSERT INTO hubs (url) VALUES (%(url)s) RETURNING url", {"url": "kept"})

    assert rows("SELECT url FROM hubs") == [("kept",)]


def test_what_is_sent_over_and_over_is_planned_once_and_nothing_else_is_prepared(held: Connection, rows: Rows) -> None:
    assert [execute_prepared(held, ADD, {"url": str(number)}) for number in range(10)] == [[(True,)]] * 10
    for _ in range(10):
        held.execute(text(WHO))

    ((_, statement),) = held.execute(text(PREPARED)).all()
    assert "INSERT INTO hubs" in statement
    assert rows("SELECT count(*) FROM hubs") == [(10,)]


@pytest.mark.parametrize("becomes", ["text", "int USING a::int"])
@pytest.mark.parametrize("read", ["SELECT a FROM warm WHERE a = :a", "SELECT a::text FROM warm WHERE a = :a"])
def test_a_plan_survives_a_change_of_what_it_was_made_for(
    becomes: str, read: str, held: Connection, postgresql: Any
) -> None:
    """PostgreSQL has something to say against another type of what is returned, and of what a parameter is held to."""

    def value() -> str:
        ((a,),) = execute_prepared(held, text(read), {"a": "7"})
        return str(a)

    postgresql.execute("CREATE TABLE warm (a varchar(9))")
    postgresql.execute("INSERT INTO warm VALUES ('7')")
    postgresql.commit()
    before = [value() for _ in range(10)]
    postgresql.execute(f"ALTER TABLE warm ALTER COLUMN a TYPE {becomes}")
    postgresql.commit()

    assert [*before, value(), value()] == ["7"] * 12


@pytest.mark.parametrize(
    ("meanwhile", "then"),
    [("DEALLOCATE ALL", ADD), ("PREPARE _pg3_1 AS SELECT 1", text(f"{ADD.text} -- another"))],
    ids=["what we prepared is not there", "somebody else has our name"],
)
def test_where_a_pooler_keeps_nothing_that_is_prepared_it_is_done_once_without(
    meanwhile: str, then: TextClause, held: Connection, rows: Rows
) -> None:
    """Between transactions each of its clients has another of its connections."""
    execute_prepared(held, ADD, {"url": "before"})
    behind_our_back(held, meanwhile)

    assert [execute_prepared(held, then, {"url": word}) for word in ("a", "b")] == [[(True,)]] * 2
    assert rows("SELECT url FROM hubs ORDER BY url") == [("a",), ("b",), ("before",)]


def test_errors_of_what_is_prepared_are_those_of_sqlalchemy(held: Connection, postgresql: Any) -> None:
    with pytest.raises(IntegrityError):
        execute_prepared(held, ADD, {"url": None})
    (before,) = held.execute(text(WHO)).one()
    postgresql.execute("SELECT pg_terminate_backend(%s)", (before,))
    postgresql.commit()

    with pytest.raises(DBAPIError) as raised:
        execute_prepared(held, ADD, {"url": "lost"})
    assert raised.value.connection_invalidated
    assert held.invalidated
