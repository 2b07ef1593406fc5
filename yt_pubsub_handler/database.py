"""
Without this file models and queries would have no database to agree on.

Statements are not prepared on the server: a prepared one fails in every warm container with "cached plan
must not change result type" as soon as a revision changes a column's type, and a pooler between transactions
loses it. The one exception, `execute_prepared`, does without where that happens.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, cast

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, MetaData, TextClause, event
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, PoolResetState

NAMING_CONVENTION = {
    # A constraint without a name of ours cannot be dropped by a revision.
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


# The models are plain SQLAlchemy, which type checkers understand; Flask-SQLAlchemy gives engine and session.
db = SQLAlchemy(metadata=Model.metadata)

_OF_A_PLAN = ("0A", "26", "42")
"""
Classes of SQLSTATE. 26000 and 42P05 come by a pooler that gives each transaction another of its connections; 0A000,
and what no longer fits the types that parameters were taken for (42), after a revision.
"""
_asks_first: ContextVar[bool] = ContextVar("asks_first", default=True)


def start_database(app: Flask) -> None:
    """Give `app` its engine. Nothing is connected yet."""
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "checkout", _ask_first)
        event.listen(db.engine, "reset", _roll_back)


def execute_alone(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """
    Send one statement that is a transaction of its own, in one round trip, and return its rows.

    Where the connection turns out to be dead, it is sent once more on another: it must be one that may come twice, as
    perhaps only the answer to the first was lost. Raises SQLAlchemy's DBAPIError.
    """
    engine = db.engine
    if isinstance(engine, Connection):  # Whoever tries all of it in one transaction, as smoke.py does.
        return [tuple(row) for row in engine.exec_driver_sql(sql, values)]
    try:
        return _send(engine, sql, values, asks_first=False)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _send(engine, sql, values, asks_first=True)


def execute_prepared(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """
    Send what is sent over and over, on a connection that commits each statement by itself, and return its rows.

    The server plans it once, which takes longer than carrying it out. Raises SQLAlchemy's DBAPIError.
    """
    driver = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
    sql = _written(statement)
    try:
        if not connection.info.get("plans_anew"):
            try:
                driver.prepare_threshold = 0
                return driver.execute(sql, values).fetchall()
            except psycopg.Error as error:
                if not (error.sqlstate or "").startswith(_OF_A_PLAN):
                    raise
                # It may be the plan's fault alone, and what failed has changed nothing.
                connection.info["plans_anew"] = True
            finally:
                driver.prepare_threshold = None
        return driver.execute(sql, values).fetchall()
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise _as_sqlalchemy_says_it(error, str(statement), lost=driver.closed) from error


@functools.cache
def _written(statement: TextClause) -> bytes:
    return str(statement.compile(dialect=dialect())).encode()  # type: ignore[no-untyped-call] # It has no annotation.


def _send(engine: Engine, sql: str, values: Mapping[str, Any], *, asks_first: bool) -> list[tuple[Any, ...]]:
    """Through psycopg itself: what SQLAlchemy does around a statement takes twice as long as psycopg for it."""
    pooled = _checked_out(engine, sql, asks_first=asks_first)
    connection = cast("psycopg.Connection[tuple[Any, ...]]", pooled.driver_connection)
    try:
        connection.autocommit = True
        return connection.execute(sql.encode(), values).fetchall()
    except psycopg.Error as error:
        raise _as_sqlalchemy_says_it(error, sql, lost=connection.closed) from error
    finally:
        if connection.closed:
            pooled.invalidate()
        else:
            connection.autocommit = False
        pooled.close()


def _checked_out(engine: Engine, sql: str, *, asks_first: bool) -> PoolProxiedConnection:
    token = _asks_first.set(asks_first)
    try:
        return engine.raw_connection()
    except psycopg.Error as error:
        raise _as_sqlalchemy_says_it(error, sql, lost=False) from error
    finally:
        _asks_first.reset(token)


def _as_sqlalchemy_says_it(error: psycopg.Error, sql: str, *, lost: bool) -> DBAPIError:
    said = DBAPIError.instance(
        sql, None, error, psycopg.Error,
        hide_parameters=True, connection_invalidated=lost, dialect=db.engine.dialect,
    )  # fmt: skip
    return cast(DBAPIError, said)


def _ask_first(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """
    Have a connection replaced before it is used that the server has closed, as a frozen sandbox wakes up with.

    This is what `pool_pre_ping` does, for all but those who find out by themselves: it is a round trip.
    """
    old = entry.info.get("used", False)
    entry.info["used"] = True
    if not old or not _asks_first.get():
        return
    try:
        db.engine.dialect.do_ping(connection)
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _roll_back(connection: psycopg.Connection[Any], _entry: ConnectionPoolEntry, state: PoolResetState) -> None:
    """What the pool does itself by default, also where nothing was begun, which after a statement alone is always."""
    if not state.terminate_only and connection.pgconn.transaction_status != TransactionStatus.IDLE:
        connection.rollback()


def engine_options() -> dict[str, Any]:
    """
    Return SQLAlchemy's engine options for serving requests.

    No start-up `options`: PgBouncer in transaction mode refuses them.
    """
    return {
        "hide_parameters": True,
        "pool_recycle": 300,
        "pool_reset_on_return": None,  # `_roll_back` does it.
        "connect_args": {
            "application_name": "yt-pubsub-handler",
            # The hub waits ten seconds; answering 503 in time makes it try again.
            "connect_timeout": 4,
            "prepare_threshold": None,
        },
    }
