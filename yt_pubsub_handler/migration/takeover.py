"""
Without this file a run would begin while the statements of the one before it are still at work.

The mutex is gone with its session, but a revision has a session of its own, which lives on: for two seconds after its
client was killed, for ever after it was frozen between two statements.
"""

from __future__ import annotations

from sqlalchemy import Connection

from yt_pubsub_handler.migration import backends
from yt_pubsub_handler.migration.connections import name
from yt_pubsub_handler.migration.fence import raise_fence
from yt_pubsub_handler.migration.ledger import Ledger
from yt_pubsub_handler.migration.ledger_schema import ensure_ledger
from yt_pubsub_handler.migration.revisions import database_revision

GRACE_SECONDS = 5.0
"""For how long the sessions of earlier runs may end by themselves, as a COMMIT does that is under way."""


def take_over(ledger: Ledger) -> int:
    """
    Become the one run: end what is left of earlier ones, write down that they were interrupted, return our token.

    Only for the holder of the mutex.
    """
    connection = ledger.connection
    ensure_ledger(connection)
    _end_work(connection, GRACE_SECONDS)
    token = raise_fence(connection)
    # One that began just now has still found its own token, and may send a statement that no commit protects.
    _end_work(connection, 0)
    ledger.close_interrupted(database_revision(connection))
    return token


def _end_work(connection: Connection, grace: float) -> None:
    work = name("work")
    backends.end(connection, backends.wait_until_gone(connection, work, grace), work)
