"""
Without this file a run would not notice that the mutex is gone, that somebody wants it to end, or who is in its way.

It has the mutex's session to itself, and every beat is a word to the server, which would end a silent one. What it
finds out is a verdict; from then on it cancels whatever the revision sends, until the revision has given up.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Self

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration import mutex
from yt_pubsub_handler.migration.blockers import Blocker, blockers_of, merge
from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.migration.sessions import driver_of

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
_CANCELLING_SECONDS = 0.2
_LOOKING_SECONDS = 5.0

_LOOK = text(
    f"SELECT EXISTS (SELECT FROM pg_locks WHERE {mutex.HELD_BY} AND pid = pg_backend_pid()), "  # noqa: S608 - constants.
    "(SELECT token FROM pipeline.fence), cancel_requested_at IS NOT NULL, cancel_requested_by "
    "FROM pipeline.runs WHERE id = :run"
)


class Heartbeat:
    """Beats in a thread of its own while it is entered; `mutex_session` is not to be used meanwhile."""

    def __init__(self, mutex_session: Connection, run: int, token: int) -> None:
        self._session = mutex_session
        self._run, self._token = run, token
        self._changed = threading.Condition()
        self._verdict: tuple[str, str] | None = None
        self._stopped = False
        self._asked = self._answered = 0
        self._looked = time.monotonic()
        self._work: psycopg.Connection[Any] | None = None
        self._until = float("inf")
        self._every = BEAT_SECONDS
        self._blockers: list[Blocker] = []
        self._thread = threading.Thread(target=self._beat, name="migration-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def check(self) -> None:
        """Raise MigrationFailed if there is a verdict."""
        if self._verdict:
            raise MigrationFailed(*self._verdict)

    def wait(self, seconds: float) -> None:
        """Wait that long; raise MigrationFailed as soon as there is a verdict."""
        with self._changed:
            self._changed.wait_for(lambda: self._verdict is not None, timeout=seconds)
        self.check()

    def look_again(self) -> MigrationFailed | None:
        """Look now, not at the next beat, and return the verdict."""
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._answered >= mine or self._verdict, timeout=_LOOKING_SECONDS)
        return MigrationFailed(*self._verdict) if self._verdict else None

    def watch(self, work: Connection, budget_seconds: float, lock_seconds: float) -> None:
        """Look after a revision's session: who blocks it, and that it ends within its budget."""
        with self._changed:
            self._work, self._blockers = driver_of(work), []
            self._until = time.monotonic() + budget_seconds
            # Whoever makes a lock time out has to be seen before it does.
            self._every = min(BEAT_SECONDS, lock_seconds / 4)
            # It is told, not sent to look: a look at each small revision's start would cost as much as the revision.
            self._changed.notify_all()

    def unwatch(self) -> list[Blocker]:
        """Leave the session alone from now on; return who was seen to block it."""
        with self._changed:
            self._work, self._until, self._every = None, float("inf"), BEAT_SECONDS
            return self._blockers

    def _beat(self) -> None:
        while True:
            with self._changed:
                # The next beat is due at another moment as soon as another session is watched.
                while not self._stopped and self._asked <= self._answered and (pause := self._pause()) > 0:
                    self._changed.wait(pause)
                if self._stopped:
                    return
                asked = self._asked
            self._looked = time.monotonic()
            if self._verdict is None:
                self._look()
            self._cancel()
            with self._changed:
                self._answered = asked
                self._changed.notify_all()

    def _pause(self) -> float:
        """Return for how many seconds nothing is to be done, 0 when a beat is due."""
        if self._verdict:
            due = self._looked + (_CANCELLING_SECONDS if self._work else BEAT_SECONDS)
        else:
            due = min(self._looked + self._every, self._until)
        return max(0.0, due - time.monotonic())

    def _look(self) -> None:
        try:
            held, token, cancel, by = self._session.execute(_LOOK, {"run": self._run}).one()
            work = self._work
            seen = blockers_of(self._session, work.info.backend_pid) if work else []
        except (DBAPIError, psycopg.Error) as error:
            told = describe(error)
            self._decide("mutex-lost", f"The session that held the mutex is gone ({told}), so nothing more is done.")
            return
        with self._changed:
            self._blockers = merge(self._blockers, seen) if work is self._work else self._blockers
            over = self._work is not None and time.monotonic() >= self._until
        if not held:
            self._decide("mutex-lost", "The mutex was taken from the session that held it, so nothing more is done.")
        elif token != self._token:
            self._decide("fence", "Another run has taken the mutex since, so this one does nothing more.")
        elif cancel:
            self._decide("cancelled", f"It was cancelled by {by or 'somebody'}.")
        elif over:
            self._decide("budget", "It took longer than its budget.")

    def _decide(self, code: str, message: str) -> None:
        logger.warning("migration: %s", message)
        with self._changed:
            self._verdict = (code, message)
            self._changed.notify_all()

    def _cancel(self) -> None:
        with self._changed:
            work = self._work if self._verdict else None
        if work is None or work.closed:
            return
        try:
            work.cancel_safe(timeout=2)
        except psycopg.Error as error:
            # Its commits are refused by the fence in any case, and the server ends it when it is silent.
            logger.warning("migration: the revision's session cannot be cancelled: %s", describe(error))
