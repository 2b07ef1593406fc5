"""
Without this file a revision would be tried once, with whatever is left of the time, and nobody told what came of it.

An error is no proof that nothing happened: the answer to a COMMIT can be lost. So after each one the session is seen
to its end on the server, and then the ledger is asked, which was written in the same transaction.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration import backends
from yt_pubsub_handler.migration.blockers import Blocker, merge, name_blockers
from yt_pubsub_handler.migration.connections import name
from yt_pubsub_handler.migration.errors import MigrationError, MigrationFailed
from yt_pubsub_handler.migration.invalid_indexes import Index, invalid_indexes, left_behind
from yt_pubsub_handler.migration.ledger import end_step
from yt_pubsub_handler.migration.limits import limits_of
from yt_pubsub_handler.migration.retries import is_cancelled, is_lock_timeout, pauses
from yt_pubsub_handler.migration.revisions import file_hash, scripts
from yt_pubsub_handler.migration.step import run_revision
from yt_pubsub_handler.migration.underway import Run
from yt_pubsub_handler.migration.work import Work

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 3.0
"""Longer than the server takes to notice that a client is gone."""


@dataclass(frozen=True)
class Step:
    """A revision that was applied or undone: in how many seconds, after how many retries, and who was in its way."""

    revision: str
    seconds: float
    retries: int
    blockers: list[Blocker]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class StepFailed(Exception):
    """Why a revision was not done; `kept` tells whether something of it was committed nevertheless."""

    def __init__(self, revision: str, code: str, message: str, *, kept: bool = False) -> None:
        super().__init__(message)
        self.revision, self.code, self.message, self.kept = revision, code, message, kept


def take_step(run: Run, revision: str, accepted: Any = None) -> Step:
    """
    Apply or undo `revision`, trying again while a lock is not to be had. Raises StepFailed.

    `accepted` is what `Hooks.accept` returned.
    """
    tries = _Tries(run, revision, accepted)
    began = time.monotonic()
    for retries, pause in enumerate([*pauses(), None]):
        try:
            tries.once_more()
        except StepFailed as failure:
            again = failure.code == "lock-timeout" and not failure.kept and pause is not None
            run.ledger.note_tries(tries.number, retries, tries.blockers)
            if not again or not tries.fits(pause or 0.0):
                run.ledger.fail_step(tries.number, failure.code, failure.message)
                raise
            logger.info("%s: %s", revision, failure.message)
            tries.pause(pause or 0.0)
        else:
            break
    return Step(revision, round(time.monotonic() - began, 3), retries, tries.blockers)


class _Tries:
    """The tries of one revision, under one row of the ledger."""

    def __init__(self, run: Run, revision: str, accepted: Any) -> None:
        self._run, self._revision, self._accepted = run, revision, accepted
        self._limits = limits_of(scripts(run.app).get_revision(revision))
        self._hash = file_hash(run.app, revision)
        self.blockers: list[Blocker] = []
        if not self.fits():
            raise StepFailed(
                revision,
                "deadline",
                f"{run.deadline.left():.0f} s are left, too few for its budget of {self._limits.budget_seconds:.0f} s",
            )
        self.number = run.ledger.begin_step(run.begun.number, revision, run.request.direction, self._hash)
        self._invalid: set[Index] | None = None

    def fits(self, pause: float = 0.0) -> bool:
        """Tell whether a try that begins in `pause` seconds can use up its budget."""
        return pause + self._limits.budget_seconds <= self._run.deadline.left()

    def pause(self, seconds: float) -> None:
        try:
            self._run.heartbeat.wait(seconds)
        except MigrationError as verdict:
            self._run.ledger.fail_step(self.number, verdict.code, verdict.message)
            raise StepFailed(self._revision, verdict.code, verdict.message) from None

    def once_more(self) -> None:
        """Try; raises StepFailed when it was not done, and that is certain."""
        work: Work | None = None
        try:
            self._heal()
            work = self._open()
            self._run_revision(work)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a revision raises is told, or was committed.
            failure = self._explain(error, work)
            if failure is not None:
                raise failure from None
            logger.warning("%s was committed, though an error came back: %s", self._revision, _describe(error))

    def _heal(self) -> None:
        """Once, before the first try: drop what earlier runs of this revision have left."""
        if self._invalid is not None:
            return
        beside = self._run.ledger.connection
        left = left_behind(beside, self._revision)
        if left:
            work = self._open()
            try:
                work.drop(left)
            finally:
                work.connection.close()
        self._invalid = set(invalid_indexes(beside))

    def _open(self) -> Work:
        run, seconds = self._run, min(self._limits.budget_seconds, self._run.deadline.left())
        return Work(run, self.number, self._limits, seconds)

    def _run_revision(self, work: Work) -> None:
        run = self._run
        run.heartbeat.watch(work.connection, work.seconds, self._limits.lock_timeout_seconds)
        try:
            run_revision(
                run.app,
                work.connection,
                self._revision,
                run.request.direction,
                before=partial(self._before, work),
                after=partial(self._after, work),
            )
            if not work.committed:
                # Alembic takes a transaction that it has not begun for its caller's, and leaves it to be rolled back.
                raise MigrationFailed(
                    "env-connection",
                    "nothing was committed: migrations/env.py sends a statement before context.configure(), or does "
                    "not come to run_migrations()",
                )
        finally:
            self.blockers = merge(self.blockers, run.heartbeat.unwatch())
            work.connection.close()

    def _before(self, work: Work, connection: Connection) -> None:
        if self._run.request.direction == "downgrade":
            self._run.hooks.recount(connection, self._accepted)
        work.began = True

    def _after(self, work: Work, connection: Connection) -> None:
        run = self._run
        new = set(invalid_indexes(connection)) - ((self._invalid or set()) - work.built)
        if new:
            raise MigrationFailed("invalid-index", f"it left {', '.join(map(str, sorted(new)))} invalid")
        if run.request.direction == "downgrade":
            run.hooks.hold(connection, self._revision, self._hash, run.request.actor, run.reason)
        end_step(connection, self.number, run.outcome)
        work.done = True

    def _explain(self, error: BaseException, work: Work | None) -> StepFailed | None:
        """Say why it was not done, None if it was; for that the session has to be over on the server."""
        run = self._run
        tag = name("work", run.sessions.tag)
        beside = run.ledger.connection
        backends.end(beside, backends.wait_until_gone(beside, tag, _GRACE_SECONDS), tag)
        outcome = run.ledger.step_outcome(self.number)
        if outcome == run.outcome:
            return None
        verdict: MigrationError | None = run.heartbeat.look_again()
        if verdict is None and isinstance(error, MigrationError):
            verdict = error
        kept = work is not None and work.kept
        if verdict is not None:
            return StepFailed(self._revision, verdict.code, verdict.message, kept=kept)
        if is_lock_timeout(error):
            seconds = self._limits.lock_timeout_seconds
            told = f"{name_blockers(self.blockers)}, for longer than {seconds:g} s"
            return StepFailed(self._revision, "lock-timeout", told, kept=kept)
        if is_cancelled(error) and work is not None and work.is_over():
            return StepFailed(self._revision, "budget", f"it took longer than its {work.seconds:.0f} s", kept=kept)
        return StepFailed(self._revision, "revision-failed", _describe(error), kept=kept)


def _describe(error: BaseException) -> str:
    if isinstance(error, DBAPIError | psycopg.Error):
        return describe(error)
    return " ".join(f"{type(error).__name__}: {error}".split())
