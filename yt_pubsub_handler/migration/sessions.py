"""
Without this file what a dead run has left on the server would be nobody's, and a pooler would lose what we set.

A run has three sessions: one holds the mutex, one writes the ledger, one migrates. A pooler that shares sessions takes
no start-up options, or none that it keeps, so every run begins by looking whether its own are in force.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration.connections import APPLICATION_NAME, migration_engine
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.settings import Settings

OLDEST_SERVER = 14

Origin = tuple[str, dict[str, str]]


class Sessions:
    """The sessions of one run, which the server lists under names that lead back to it: "… work 1f3a9c0b"."""

    def __init__(self, settings: Settings) -> None:
        self.tag = secrets.token_hex(4)
        self._engine = migration_engine(settings)
        self._base = ""
        self._asked: dict[str, str] | None = None
        self._kept: tuple[Connection, Origin] | None = None
        self._origins: WeakKeyDictionary[Connection, Origin] = WeakKeyDictionary()
        event.listen(self._engine, "do_connect", self._ask)

    def open(self, role: str, *, autocommit: bool = False, **options: str) -> Connection:
        """
        Return a new session for `role`, one word; `options` are settings of PostgreSQL, in force from the start.

        Raises Refused when the server does not answer, or cannot be what we need.
        """
        self._asked = {"application_name": name(role, self.tag)} | options
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            raise _no_session(error) from None
        return connection.execution_options(isolation_level="AUTOCOMMIT") if autocommit else connection

    def open_again(self, role: str, **options: str) -> Connection:
        """Return the session that was kept, if it was opened with the same words, else a new one."""
        kept, self._kept = self._kept, None
        if kept is not None and kept[1] == (role, options):
            return kept[0]
        if kept is not None:
            kept[0].close()
        connection = self.open(role, autocommit=False, **options)
        self._origins[connection] = (role, options)
        return connection

    def keep(self, connection: Connection) -> None:
        """Keep a session from `open_again` for the next time, as if it were new: nothing set, nothing held."""
        driver = driver_of(connection)
        try:
            connection.rollback()
            driver.autocommit = True
            driver.execute("DISCARD ALL")
            driver.autocommit = False
        except (psycopg.Error, DBAPIError):
            connection.close()
        else:
            self._kept = (connection, self._origins[connection])

    def close(self) -> None:
        """Close what was kept."""
        if self._kept is not None:
            self._kept[0].close()
        self._kept = None

    def _ask(self, _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        asked, self._asked = self._asked, None
        if asked is None:
            # SQLAlchemy would go on in a new session, which holds neither the mutex nor these options.
            raise psycopg.OperationalError("the session was lost, and is not replaced by another")
        parameters["application_name"] = asked.pop("application_name")
        self._base = self._base or parameters["options"]
        parameters["options"] = " ".join([self._base, *(f"-c {key}={value}" for key, value in asked.items())])


def name(role: str, tag: str = "") -> str:
    """How the server lists a session; with an empty tag, what all of the role's sessions begin with."""
    return f"{APPLICATION_NAME} {role} {tag}"


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """Return the driver's own connection: what is sent there fires no event and begins no transaction of SQLAlchemy."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def refuse_a_pooler(first: Connection, second: Connection, **options: str) -> None:
    """
    Raise Refused unless both are sessions of their own on a server new enough, the first with these time-outs in force.

    A pooler that lends its sessions per transaction gives both of them the same one, as neither is in a transaction.
    """
    version = driver_of(first).info.server_version // 10_000
    if version < OLDEST_SERVER:
        raise Refused(
            "postgres-version",
            f"Nothing was done: the server is PostgreSQL {version}. A frozen client could not be ended there: "
            f"upgrade it to {OLDEST_SERVER} or later.",
        )
    # As intervals: the server writes 60s as 1min.
    query = text(
        "SELECT pg_backend_pid(), bool_and(CAST(current_setting(key) AS interval) = CAST(value AS interval)) "
        "FROM json_each_text(CAST(:asked AS json))"
    )
    pid, in_force = first.execute(query, {"asked": json.dumps(options)}).one()
    if not in_force or pid == second.scalar(text("SELECT pg_backend_pid()")):
        why = "two sessions are one there" if in_force else "our start-up options are not in force"
        raise _pooler(why)


def _no_session(error: DBAPIError) -> Refused:
    told = describe(error)
    if "unsupported startup parameter" in told:
        return _pooler("it refuses start-up options")
    if "unrecognized configuration parameter" in told:
        return Refused(
            "postgres-version",
            f"Nothing was done: the server does not know a time-out that we need ({told}). "
            f"Upgrade PostgreSQL to {OLDEST_SERVER} or later.",
        )
    return Refused(
        "unreachable",
        f"Nothing was done: the database does not answer ({told}). See that it is up and reachable, then try again.",
    )


def _pooler(why: str) -> Refused:
    return Refused(
        "pooler",
        f"Nothing was done: between us and PostgreSQL is a pooler, {why}; locks would leak. "
        "Give MIGRATION_DATABASE_URL a direct connection, past PgBouncer or the proxy.",
    )
