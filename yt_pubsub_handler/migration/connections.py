"""
Without this file a migration would wait for locks as long as it likes, with everybody else queued behind it.

The time-outs travel as start-up options. A `SET` on the connection before Alembic has it begins a transaction of its
own, in which the whole upgrade then runs: it exits 0 and nothing is kept. A pooler that shares sessions takes no
options, or none that it keeps, so every run begins by looking whether its own are in force.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.settings import Settings

APPLICATION_NAME = "yt-pubsub-handler migration"
LONGEST_STATEMENT = 600.0
"""Seconds, for a session outside a run of the engine."""
OLDEST_SERVER = 14

_OPTIONS = {
    "lock_timeout": "4s",
    "statement_timeout": f"{LONGEST_STATEMENT:.0f}s",
    # A frozen sandbox keeps its locks; only the server can end that.
    "idle_in_transaction_session_timeout": "15s",
    # A killed client's statement would run on, and hold its locks, to its end.
    "client_connection_check_interval": "2s",
}
# A gateway forgets a connection that is silent for some minutes, as one is that builds an index.
_KEEPALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def migration_engine(settings: Settings, statement_seconds: float = LONGEST_STATEMENT, **options: str) -> Engine:
    """
    Return an engine for changing the schema: as its owner, unpooled, with time-outs in force from the start.

    No statement may run for longer than `statement_seconds`. `options` are settings of PostgreSQL, beside ours.
    """
    url = make_url(settings.migration_database_url or settings.database_url)
    given = url.query.get("options", "")
    chosen = _OPTIONS | {"statement_timeout": milliseconds(statement_seconds)} | options
    ours = " ".join(f"-c {name}={value}" for name, value in chosen.items())
    return create_engine(
        url.difference_update_query(["options"]),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "application_name": APPLICATION_NAME,
            "connect_timeout": 10,
            "options": f"{given if isinstance(given, str) else ' '.join(given)} {ours}".strip(),
            **_KEEPALIVE,
        },
    )


def milliseconds(seconds: float) -> str:
    """Write a duration as PostgreSQL reads it; never 0, which would mean for ever."""
    return f"{max(1, round(seconds * 1000))}ms"


class Sessions:
    """The sessions of one run, which the server lists under names that lead back to it: "… work 1f3a9c0b"."""

    def __init__(self, settings: Settings) -> None:
        self.tag = secrets.token_hex(4)
        self._engine = migration_engine(settings)
        self._base = ""
        self._asked: dict[str, str] | None = None
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
        "SELECT bool_and(CAST(current_setting(key) AS interval) = CAST(value AS interval)) "
        "FROM json_each_text(CAST(:asked AS json))"
    )
    in_force = first.scalar(query, {"asked": json.dumps(options)})
    pids = {connection.scalar(text("SELECT pg_backend_pid()")) for connection in (first, second)}
    if not in_force or len(pids) < 2:
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
