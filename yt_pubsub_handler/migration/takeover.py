"""
Without this file a run would begin while the statements of the one before it are still at work.

The mutex is gone with its session, but a revision has a session of its own, which lives on: for two seconds after its
client was killed, for ever after it was frozen between two statements.
"""

from __future__ import annotations

from sqlalchemy import Connection

from yt_pubsub_handler.migration import backends
from yt_pubsub_handler.migration.fence import raise_fence
from yt_pubsub_handler.migration.ledger_schema import ensure_ledger
from yt_pubsub_handler.migration.requests import Request
from yt_pubsub_handler.migration.revisions import database_revision
from yt_pubsub_handler.migration.runs import Begun, begin_run, close_interrupted
from yt_pubsub_handler.migration.sessions import name

GRACE_SECONDS = 5.0
"""For how long the sessions of earlier runs may end by themselves, as a COMMIT does that is under way."""


def take_over(mutex_session: Connection, request: Request, tag: str) -> Begun | None:
    """
    Become the one run: end what is left of earlier ones, write down that they were interrupted, and that we begin.

    None when there is nothing to begin, as the same request, sent before, has just ended.

    All of it is sent by the session that holds the mutex. By any other one, a client that was frozen just here would
    take over from its successor when it wakes up.
    """
    ensure_ledger(mutex_session)
    _end_work(mutex_session, GRACE_SECONDS)
    token = raise_fence(mutex_session)
    # One that began just now has still found its own token, and may send a statement that no commit protects.
    _end_work(mutex_session, 0)
    start = database_revision(mutex_session)
    close_interrupted(mutex_session, start)
    number = begin_run(mutex_session, request, token=token, tag=tag, start=start)
    return None if number is None else Begun(number, token, start)


def _end_work(connection: Connection, grace: float) -> None:
    work = name("work")
    backends.end(connection, backends.wait_until_gone(connection, work, grace), work)
