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
from yt_pubsub_handler.migration.errors import MigrationError, MigrationFailed
from yt_pubsub_handler.migration.invalid_indexes import left_behind
from yt_pubsub_handler.migration.ledger import end_step
from yt_pubsub_handler.migration.limits import limits_of
from yt_pubsub_handler.migration.retries import is_cancelled, is_lock_timeout, pauses
from yt_pubsub_handler.migration.revisions import file_hash, scripts
from yt_pubsub_handler.migration.sessions import name
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
    began = time.monotonic()
    try:
        tries = _Tries(run, revision, accepted)
        for retries, pause in enumerate([*pauses(), None]):
            failure = tries.once_more()
            if failure is None:
                break
            tries.go_on_or_fail(failure, retries, pause)
    except MigrationError as error:
        if error.code == "unreachable":
            raise
        raise StepFailed(revision, error.code, error.message) from None
    return Step(revision, round(time.monotonic() - began, 3), retries, tries.blockers)


class _Tries:
    """The tries of one revision, under one row of the ledger."""

    def __init__(self, run: Run, revision: str, accepted: Any) -> None:
        self._run, self._revision, self._accepted = run, revision, accepted
        self._limits = limits_of(scripts(run.app).get_revision(revision))
        self._hash = file_hash(run.app, revision)
        self.blockers: list[Blocker] = []
        self._witness: Any = None
        run.heartbeat.check()
        if not self._fits():
            budget, left = self._limits.budget_seconds, run.deadline.left()
            raise MigrationFailed("deadline", f"{left:.0f} s are left, too few for its budget of {budget:.0f} s")
        begun = run.ledger.begin_step(run.begun, revision, run.request.direction, self._hash)
        self._number, self._is_unhealed = begun.number, begun.follows_a_failure

    def once_more(self) -> StepFailed | None:
        """Try; return why it was not done, None if it was. Either is certain."""
        work: Work | None = None
        try:
            self._heal()
            work = self._open()
            self._run_revision(work)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a revision raises is told, or was committed.
            failure = self._explain(error, work)
            if failure is None:
                logger.warning("%s was committed, though an error came back: %s", self._revision, _describe(error))
            return failure
        return None

    def go_on_or_fail(self, failure: StepFailed, retries: int, pause: float | None) -> None:
        """Wait for `pause` seconds if another try may help and can end in time; else raise `failure`."""
        ledger = self._run.ledger
        if failure.code == "lock-timeout":
            failure.message += f", {retries + 1} times"
        again = failure.code == "lock-timeout" and not failure.kept
        if pause is None or not again or not self._fits(pause):
            ledger.note_tries(self._number, retries, self.blockers)
            ledger.fail_step(self._number, failure.code, failure.message)
            raise failure
        ledger.note_tries(self._number, retries + 1, self.blockers)
        logger.info("%s, again in %.1f s: %s", self._revision, pause, failure.message)
        try:
            self._run.heartbeat.wait(pause)
        except MigrationError as verdict:
            ledger.fail_step(self._number, verdict.code, verdict.message)
            raise

    def _fits(self, pause: float = 0.0) -> bool:
        """Tell whether a try that begins in `pause` seconds can use up its budget."""
        return pause + self._limits.budget_seconds <= self._run.deadline.left()

    def _heal(self) -> None:
        """Once, before the first try: drop what earlier runs of this revision have left."""
        left = left_behind(self._run.ledger.connection, self._revision) if self._is_unhealed else []
        if left:
            work = self._open()
            try:
                work.drop(left)
            finally:
                work.close()
        self._is_unhealed = False

    def _open(self) -> Work:
        run, seconds = self._run, min(self._limits.budget_seconds, self._run.deadline.left())
        return Work(run, self._number, self._limits, seconds)

    def _run_revision(self, work: Work) -> None:
        run = self._run
        run.heartbeat.watch(work.connection, work.seconds, self._limits.lock_timeout_seconds)
        try:
            run_revision(
                run.app,
                run.config,
                work.connection,
                self._revision,
                run.request.direction,
                before=partial(self._before, work),
                after=partial(self._after, work),
            )
        except BaseException:
            work.close()
            raise
        finally:
            self.blockers = merge(self.blockers, run.heartbeat.unwatch())
        work.close(keep=work.committed)
        if not work.committed:
            # Alembic takes a transaction that it has not begun for its caller's, and leaves it to be rolled back.
            raise MigrationFailed(
                "env-connection",
                "nothing was committed: migrations/env.py sends a statement before context.configure(), or does not "
                "come to run_migrations()",
            )

    def _before(self, work: Work, connection: Connection) -> None:
        if self._run.request.direction == "downgrade":
            self._witness = self._run.hooks.recount(connection, self._accepted, self._revision)
        work.began = True

    def _after(self, work: Work, connection: Connection) -> None:
        run = self._run
        if left := work.left_invalid():
            raise MigrationFailed("invalid-index", f"it left {', '.join(map(str, left))} invalid")
        if run.request.direction == "downgrade":
            run.hooks.verify(connection, self._witness)
            run.hooks.hold(connection, self._revision, self._hash, run.request.actor, run.reason)
        end_step(connection, self._number, run.outcome)
        work.done = True

    def _explain(self, error: BaseException, work: Work | None) -> StepFailed | None:
        """Say why it was not done, None if it was; for that the session has to be over on the server."""
        run = self._run
        tag = name("work", run.sessions.tag)
        beside = run.ledger.connection
        backends.end(beside, backends.wait_until_gone(beside, tag, _GRACE_SECONDS), tag)
        outcome = run.ledger.step_outcome(self._number)
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
