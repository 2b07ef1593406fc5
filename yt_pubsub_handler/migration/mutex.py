"""
Without this file two upgrades at once would run the same revision, and one of them fail in the middle of it.

The lock is tried for again and again, never waited for: a session that waits for it holds a snapshot, which a
CREATE INDEX CONCURRENTLY of the holder waits for in turn. It is the session's own, outside any transaction, as
Alembic commits. And the server ends that session when nothing is heard of it: a frozen client keeps it open for
ever, and no other time-out applies to it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.backends import COLUMNS, Backend
from yt_pubsub_handler.migration.errors import Refused

KEY = 0x79_74_70_73_68_6D_69_67
"""A number of ours ("ytpshmig"); advisory locks are per database."""
HIGH, LOW = KEY >> 32, KEY & 0xFFFFFFFF
"""How pg_locks shows it."""

SILENCE_SECONDS = 10
"""For how long nothing may be heard of a holder; its heart beats every 2 s."""
OPTIONS = {"idle_session_timeout": f"{SILENCE_SECONDS}s"}
PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.2

HELD_BY = f"locktype = 'advisory' AND classid = {HIGH} AND objid = {LOW} AND objsubid = 1 AND granted"
_HOLDER = text(
    f"SELECT {COLUMNS} FROM pg_locks l JOIN pg_stat_activity a USING (pid) "  # noqa: S608 - constants.
    f"WHERE {HELD_BY} AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def holder(connection: Connection) -> Backend | None:
    """Return who holds the mutex."""
    row = connection.execute(_HOLDER).first()
    return Backend(*row) if row else None


def acquire(
    connection: Connection, patience: Callable[[], float], is_enough: Callable[[], bool] = lambda: False
) -> bool:
    """
    Take the mutex for the session of `connection`, which commits by itself; False when it `is_enough` of waiting.

    Both are asked between two tries. Raises Refused, naming the holder, after `patience` seconds.
    """
    began = time.monotonic()
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}):
        if is_enough():
            return False
        if time.monotonic() - began > patience():
            raise _held(holder(connection), time.monotonic() - began)
        # Two that wait must not go on trying in step.
        time.sleep(_POLL_SECONDS * random.uniform(0.5, 1.0))  # noqa: S311 - nothing secret.
    return True


def release(connection: Connection) -> None:
    """Give the mutex back at once; closing the session alone would do it a moment later."""
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": KEY})


def _held(who: Backend | None, seconds: float) -> Refused:
    by = f"by {who}" if who else "by a session that has just ended"
    return Refused(
        "mutex-held",
        f"Nothing was done: after {seconds:.0f} s the migration mutex is still held {by}. Run the deploy again when "
        "that run is over, or end it: zappa invoke <stage> run.run_alembic_cancel",
    )
