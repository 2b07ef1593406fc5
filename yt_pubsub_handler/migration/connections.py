"""
Without this file a migration would wait for locks as long as it likes, with everybody else queued behind it.

The time-outs travel as start-up options. A `SET` on the connection before Alembic has it begins a transaction of its
own, in which the whole upgrade then runs: it exits 0 and nothing is kept.
"""

from __future__ import annotations

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.engine import make_url

from yt_pubsub_handler.settings import Settings

APPLICATION_NAME = "yt-pubsub-handler migration"
LONGEST_STATEMENT = 600.0
"""Seconds, for a session outside a run of the engine."""

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
            # DISCARD ALL forgets them, and a type that a revision changes makes them fail.
            "prepare_threshold": None,
            "options": f"{given if isinstance(given, str) else ' '.join(given)} {ours}".strip(),
            **_KEEPALIVE,
        },
    )


def milliseconds(seconds: float) -> str:
    """Write a duration as PostgreSQL reads it; never 0, which would mean for ever."""
    return f"{max(1, round(seconds * 1000))}ms"
