"""
Without this file a revision could send and commit whatever it likes after the mutex is lost.

Every statement and every commit of the session that a revision runs in passes here. Asked below SQLAlchemy, by the
driver's own cursor, so that nothing here begins a transaction or fires the events it hangs on.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from sqlalchemy import Connection, event

from yt_pubsub_handler.migration.concurrently import (
    Unhurried,
    ends_transaction,
    unhurried,
    wait_for_older_transactions,
)
from yt_pubsub_handler.migration.connections import driver_of, milliseconds
from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.migration.fence import check_fence
from yt_pubsub_handler.migration.invalid_indexes import Index, drop, is_valid
from yt_pubsub_handler.migration.limits import Limits
from yt_pubsub_handler.migration.underway import Run

_TABLE = """
SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE pg_class.oid = to_regclass(%s)
"""
_STALLING = """
SELECT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
"""


class Work:
    """One try of one revision, in a session of its own. `kept` is what of it was committed before its end."""

    def __init__(self, run: Run, step: int, limits: Limits, seconds: float) -> None:
        self._run, self._step, self._limits = run, step, limits
        self._lock_timeout = milliseconds(limits.lock_timeout_seconds)
        longest = milliseconds(seconds)
        self.connection = run.sessions.open("work", lock_timeout=self._lock_timeout, statement_timeout=longest)
        self.driver = driver_of(self.connection)
        self.seconds, self._since = seconds, time.monotonic()
        self.began = self.done = self.kept = self.committed = False
        self.built: set[Index] = set()
        self._hurried = True
        event.listen(self.connection, "before_cursor_execute", self._before)
        event.listen(self.connection, "after_cursor_execute", self._after)
        event.listen(self.connection, "commit", self._commit)

    def is_over(self) -> bool:
        """Tell whether a statement can have been ended because of its time-out."""
        return time.monotonic() - self._since >= self.seconds

    def drop(self, indexes: list[Index]) -> None:
        """Drop what an earlier try has left, before anything else in this session."""
        self.connection.execution_options(isolation_level="AUTOCOMMIT")
        check_fence(self.connection, self._run.begun.token)
        self._hurry(False)
        self._wait_for_older_transactions(None)
        drop(self.driver, indexes)

    def _before(
        self, _connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, *_: Any
    ) -> None:
        self._run.heartbeat.check()
        if context is not None and context.compiled is not None:
            statement = statement.replace("%%", "%")  # As the driver reads it, once it has filled in the parameters.
        if ends_transaction(statement):
            raise MigrationFailed(
                "transaction-control",
                "It begins or ends a transaction by a statement of its own, so half of it might be kept. "
                "Use op.get_context().autocommit_block().",
            )
        if self.driver.autocommit:
            check_fence(self.connection, self._run.begun.token)
        kind = unhurried(statement)
        self._hurry(kind is None or self._stalls_others())
        if kind is not None and kind.waits and self.driver.autocommit:
            self._take_time(kind)

    def _after(self, *_: Any) -> None:
        self._hurry(True)

    def _commit(self, _connection: Connection) -> None:
        self._run.heartbeat.check()
        check_fence(self.connection, self._run.begun.token)
        self.kept = self.kept or (self.began and not self.done)
        self.committed = self.done

    def _hurry(self, hurry: bool) -> None:
        """Put the lock time-out in force, or out of it."""
        if hurry == self._hurried or self.driver.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            return
        scope = "" if self.driver.autocommit else "LOCAL "
        self.driver.execute(f"SET {scope}lock_timeout = '{self._lock_timeout if hurry else '0'}'".encode())
        self._hurried = hurry

    def _stalls_others(self) -> bool:
        """Tell whether this transaction holds a lock that others may queue behind: then it must not wait for long."""
        found = self.driver.execute(_STALLING).fetchone() if not self.driver.autocommit else None
        return bool(found and found[0])

    def _take_time(self, kind: Unhurried) -> None:
        """Before a statement that waits for others: see that there is nobody, and nothing left of an earlier try."""
        self._wait_for_older_transactions(kind.table)
        if kind.table is None or kind.index is None:
            return
        table = self.driver.execute(_TABLE, (kind.table,)).fetchone()
        if table is None:
            return  # The server will say that there is none.
        index = Index(table[0], table[1], kind.index)
        self.built.add(index)
        valid = is_valid(self._run.ledger.connection, index)
        if valid:
            return  # Somebody's, to be left alone; whether that is an error is for IF NOT EXISTS to say.
        self._run.ledger.note_indexes(self._step, [index.as_dict()])
        if valid is not None:
            drop(self.driver, [index])

    def _wait_for_older_transactions(self, table: str | None) -> None:
        beside, own = self._run.ledger.connection, self.driver.info.backend_pid
        seconds = self._limits.older_transactions_seconds
        wait_for_older_transactions(beside, own, table, seconds, self._run.heartbeat.wait)
