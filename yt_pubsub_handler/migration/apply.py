"""
Without this file the schema could be changed by the `flask` command alone, and only from a laptop.

Each revision runs by itself, so a failure leaves the ones before it applied. Whatever happens is told per revision:
applied and recorded, or not applied and recorded, at the latest by the run that comes next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration import mutex
from yt_pubsub_handler.migration.errors import MigrationError, MigrationFailed
from yt_pubsub_handler.migration.heartbeat import Heartbeat
from yt_pubsub_handler.migration.hooks import Hooks
from yt_pubsub_handler.migration.ledger import Ledger
from yt_pubsub_handler.migration.limits import Deadline, limits_of
from yt_pubsub_handler.migration.paths import pending
from yt_pubsub_handler.migration.report import Report, failed, report
from yt_pubsub_handler.migration.requests import Request
from yt_pubsub_handler.migration.resent import Recorded
from yt_pubsub_handler.migration.revisions import database_revision, file_hash, package_head, scripts
from yt_pubsub_handler.migration.sessions import Sessions, refuse_a_pooler
from yt_pubsub_handler.migration.steps import Step, StepFailed, take_step
from yt_pubsub_handler.migration.takeover import take_over
from yt_pubsub_handler.migration.targets import way_down
from yt_pubsub_handler.migration.underway import Run
from yt_pubsub_handler.settings import settings_of

logger = logging.getLogger(__name__)

Path = Callable[[Connection, str | None], tuple[Sequence[str], Any]]


def upgrade(app: Flask, request: Request, deadline: Deadline, hooks: Hooks) -> Report:
    """Bring the database to this package's head. Raises Refused or MigrationFailed."""

    def path(connection: Connection, start: str | None) -> tuple[list[str], None]:
        hooks.refuse_if_frozen(connection)
        revisions = pending(app, start)
        if revisions:
            hooks.refuse_if_held(connection, {revision: file_hash(app, revision) for revision in revisions})
        return revisions, None

    return _run(app, request, deadline, hooks, path)


def downgrade(app: Flask, request: Request, deadline: Deadline, hooks: Hooks, reason: str | None = None) -> Report:
    """
    Bring the database back to `request.target`, as `read_target` returns it. Raises Refused or MigrationFailed.

    `reason` is kept with what is held from then on.
    """

    def path(connection: Connection, _start: str | None) -> tuple[tuple[str, ...], Any]:
        revisions = way_down(app, connection, request.target).revisions
        return revisions, hooks.accept(connection, revisions)

    return _run(app, request, deadline, hooks, path, reason=reason)


def _run(
    app: Flask, request: Request, deadline: Deadline, hooks: Hooks, path: Path, *, reason: str | None = None
) -> Report:
    try:
        with (
            closing(Sessions(settings_of(app))) as sessions,
            closing(sessions.open("lock", autocommit=True, **mutex.OPTIONS)) as lock,
            closing(Ledger(sessions)) as ledger,
        ):
            refuse_a_pooler(lock, ledger.connection, **mutex.OPTIONS)
            recorded = Recorded(ledger, request)
            mutex.acquire(lock, lambda: recorded.patience(deadline), lambda: recorded.ended() is not None)
            try:
                begun = None if recorded.ended() else take_over(lock, request, sessions.tag)
                if begun is None:
                    return recorded.answer()
                heartbeat = Heartbeat(lock, begun.number, begun.token)
                run = Run(app, request, begun, sessions, ledger, heartbeat, deadline, hooks, reason)
                with heartbeat:
                    return _go(run, path)
            finally:
                _release(lock)
    except DBAPIError as error:
        # `from None`: the chained error would print DETAIL, which quotes rows.
        raise MigrationFailed(
            "unreachable",
            f"The {request.direction} lost the database ({describe(error)}). What was done is in its ledger: see "
            "run.run_migration_status when it answers, then run it again.",
        ) from None


def _go(run: Run, path: Path) -> Report:
    """Do all there is to do, and write down how it ended, whichever way."""
    steps: list[Step] = []
    start = now = run.begun.start
    try:
        revisions, accepted = path(run.ledger.connection, start)
        for revision in revisions:
            limits_of(scripts(run.app).get_revision(revision))
        for revision in revisions:
            steps.append(take_step(run, revision, accepted))
            logger.info("%s: revision %s is %s", run.request.direction, revision, run.outcome)
    except StepFailed as failure:
        now = database_revision(run.ledger.connection)
        error = failed(run.request, failure, steps, start=start, now=now)
        run.ledger.end_run(run.begun.number, "cancelled" if failure.code == "cancelled" else "failed", now, error=error)
        raise error from None
    except MigrationError as refusal:
        run.ledger.end_run(run.begun.number, "failed", now, error=refusal)
        raise
    now = database_revision(run.ledger.connection)
    done = report(run.request, run.begun.number, steps, head=package_head(run.app), start=start, end=now)
    if not run.ledger.end_run(run.begun.number, run.outcome, now, result=done):
        raise MigrationFailed(
            "fence",
            f"Each revision was {run.outcome}, but another run has taken over since, and may have changed that. See "
            "run.run_migration_status.",
        )
    return done


def _release(lock: Connection) -> None:
    if lock.invalidated:
        return  # Its session is gone, and the mutex with it.
    try:
        mutex.release(lock)
    except DBAPIError as error:
        logger.warning("migration: the mutex was gone before it was given back: %s", describe(error))
