"""
Without this file models and queries would have no database to agree on.

Statements are not prepared on the server: a prepared one fails in every warm container with "cached plan
must not change result type" as soon as a revision changes a column's type, and a pooler between transactions
loses it. The one exception, `execute_prepared`, does without where that happens.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Dialect, Engine, MetaData, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import QueuePool
from sqlalchemy.pool.base import _ConnectionRecord

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


def start_database(app: Flask) -> None:
    """Give `app` its engine. Nothing is connected yet."""
    db.init_app(app)


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
        return _send(engine, sql, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # None that is kept can be trusted: a sandbox that was frozen wakes up with all of them dead.
        engine.dispose()
        return _send(engine, sql, values)


def execute_prepared(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """
    Send what is sent over and over, on a connection that commits each statement by itself, and return its rows.

    The server plans it once, which takes longer than carrying it out. Raises SQLAlchemy's DBAPIError.
    """
    driver = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
    sql = _written(statement, connection.dialect)
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
def _written(statement: TextClause, dialect: Dialect) -> bytes:
    return str(statement.compile(dialect=dialect)).encode()


def _send(engine: Engine, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Through psycopg itself: what SQLAlchemy does around a statement takes twice as long as psycopg for it."""
    pool = cast(_Pool, engine.pool)
    try:
        entry = pool.lend()
    except psycopg.Error as error:
        raise _as_sqlalchemy_says_it(error, sql, lost=False) from error
    connection = cast("psycopg.Connection[tuple[Any, ...]]", entry.driver_connection)
    try:
        connection.autocommit = True
        return connection.execute(sql.encode(), values).fetchall()
    except psycopg.Error as error:
        raise _as_sqlalchemy_says_it(error, sql, lost=connection.closed) from error
    finally:
        if connection.closed:
            entry.invalidate()
        else:
            connection.autocommit = False
        pool.take_back(entry)


class _Pool(QueuePool):
    """
    SQLAlchemy's own, which also lends a connection to whoever needs no care.

    It asks whether a connection lives before each use, keeps account of who has it, and rolls back what was left
    undone. A statement that is a transaction of its own finds out for itself, and leaves nothing.
    """

    def lend(self) -> _ConnectionRecord:
        """Hand one out, to be taken back in any case. Raises psycopg's Error, and SQLAlchemy's TimeoutError."""
        entry = cast(_ConnectionRecord, self._do_get())
        try:
            entry.get_connection()
        except BaseException:
            self.take_back(entry)
            raise
        # Whoever uses it next asks first: it may be hours until then.
        entry.fresh = False
        return entry

    def take_back(self, entry: _ConnectionRecord) -> None:
        self._do_return_conn(entry)


def _as_sqlalchemy_says_it(error: psycopg.Error, sql: str, *, lost: bool) -> DBAPIError:
    said = DBAPIError.instance(
        sql, None, error, psycopg.Error,
        hide_parameters=True, connection_invalidated=lost, dialect=db.engine.dialect,
    )  # fmt: skip
    return cast(DBAPIError, said)


def engine_options() -> dict[str, Any]:
    """
    Return SQLAlchemy's engine options for serving requests.

    No start-up `options`: PgBouncer in transaction mode refuses them.
    """
    return {
        "hide_parameters": True,
        "pool_recycle": 300,
        "pool_pre_ping": True,
        "poolclass": _Pool,
        "connect_args": {
            "application_name": "yt-pubsub-handler",
            # The hub waits ten seconds; answering 503 in time makes it try again.
            "connect_timeout": 4,
            "prepare_threshold": None,
        },
    }
