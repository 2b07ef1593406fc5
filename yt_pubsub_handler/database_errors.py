"""
Without this file a failed statement would put the values of rows into the logs, which keep them for years.

PostgreSQL quotes values in DETAIL and CONTEXT, and for class 22 (data exceptions) in the message itself; the
names of what was hurt come in fields of their own and are safe to tell.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

logger = logging.getLogger(__name__)

RETRY_AFTER = 30
"""Seconds after which asking again makes sense: a deployment's migration is over by then."""

# 42P01 and 42703: a table or a column that this release needs is not there, or not there yet.
# 55P03, 57014 and 40P01: it waits behind somebody else's lock. 25006: a standby was promoted under us.
_PASSING = {"42P01", "42703", "3F000", "55P03", "57014", "40001", "40P01", "25006"}


def describe(error: DBAPIError | psycopg.Error) -> str:
    """One line: SQLSTATE, the server's words unless they quote values, and the names of what was hurt."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return type(error).__name__
    if cause.sqlstate is None:
        # Nothing came from the server: libpq's own words about the connection, which hold no values.
        return f"no connection ({' '.join(str(cause).split())})"
    words = "" if cause.sqlstate.startswith("22") else f" {cause.diag.message_primary}"
    names = {
        "table": cause.diag.table_name,
        "column": cause.diag.column_name,
        "constraint": cause.diag.constraint_name,
        "type": cause.diag.datatype_name,
    }
    told = ", ".join(f"{kind} {name}" for kind, name in names.items() if name)
    return f"{cause.sqlstate} {type(cause).__name__}{words}" + (f" [{told}]" if told else "")


def passes_by_itself(error: DBAPIError) -> bool:
    """Tell whether the same request may well succeed later: no server, no schema yet, or a lock."""
    cause = error.orig
    if not isinstance(cause, psycopg.Error):
        return False
    state = cause.sqlstate
    # Classes 08, 53, 57P: connection, resources, the server is going down or coming up.
    return state is None or state in _PASSING or state.startswith(("08", "53", "57P"))


def answer_database_errors(app: Flask, tell: Callable[[int, str], str | Response]) -> None:
    """
    Make `app` answer 503 with Retry-After where waiting helps, 500 elsewhere, and log without values.

    `tell` makes an answer of a status and a few words, for whoever asked.
    """

    @app.errorhandler(DBAPIError)
    def answer(error: DBAPIError) -> tuple[str | Response, int, dict[str, str]]:
        logger.error("%s failed in the database: %s", request.endpoint, describe(error))
        return later() if passes_by_itself(error) else (tell(500, "internal error"), 500, {})

    @app.errorhandler(NoFreeConnection)
    def answer_busy(_: NoFreeConnection) -> tuple[str | Response, int, dict[str, str]]:
        """Other requests have all connections, which no server has said: it is none of its errors."""
        logger.error("%s failed in the database: no connection was free in time", request.endpoint)
        return later()

    def later() -> tuple[str | Response, int, dict[str, str]]:
        return tell(503, "the database is not ready"), 503, {"Retry-After": str(RETRY_AFTER)}
