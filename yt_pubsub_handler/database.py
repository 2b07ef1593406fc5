"""
Without this file models and queries would have no database to agree on.

Statements are never prepared on the server: a prepared one fails in every warm container with "cached plan
must not change result type" as soon as a revision changes a column's type, and a pooler between transactions
loses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, cast

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, MetaData, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

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

_asks_first: ContextVar[bool] = ContextVar("asks_first", default=True)


def start_database(app: Flask) -> None:
    """Give `app` its engine. Nothing is connected yet."""
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "checkout", _ask_first)


def execute_alone(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """
    Send one statement that is a transaction of its own, in one round trip, and return its rows.

    Where the connection turns out to be dead, it is sent once more on another: it must be one that may come twice, as
    perhaps only the answer to the first was lost. Raises SQLAlchemy's DBAPIError.
    """
    if isinstance(db.engine, Connection):  # Whoever tries all of it in one transaction, as smoke.py does.
        return [tuple(row) for row in db.engine.exec_driver_sql(sql, values)]
    try:
        return _send(sql, values, asks_first=False)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _send(sql, values, asks_first=True)


def _send(sql: str, values: Mapping[str, Any], *, asks_first: bool) -> list[tuple[Any, ...]]:
    """Through psycopg itself: what SQLAlchemy does around a statement takes twice as long as psycopg for it."""
    pooled = _checked_out(sql, asks_first=asks_first)
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


def _checked_out(sql: str, *, asks_first: bool) -> PoolProxiedConnection:
    token = _asks_first.set(asks_first)
    try:
        return db.engine.raw_connection()
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


def engine_options() -> dict[str, Any]:
    """
    Return SQLAlchemy's engine options for serving requests.

    No start-up `options`: PgBouncer in transaction mode refuses them.
    """
    return {
        "hide_parameters": True,
        "pool_recycle": 300,
        "connect_args": {
            "application_name": "yt-pubsub-handler",
            # The hub waits ten seconds; answering 503 in time makes it try again.
            "connect_timeout": 4,
            "prepare_threshold": None,
        },
    }
