"""
Without this file the schema could be changed by the `flask` command alone, and only from a laptop.

Each revision runs in a transaction of its own, so a failure leaves the ones before it applied: every error
says where the database stands, read anew after the failure.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Literal

from alembic import command
from alembic.runtime.migration import MigrationInfo
from alembic.util import CommandError
from flask import Flask
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration.connections import LONGEST_STATEMENT, migration_engine
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused
from yt_pubsub_handler.migration.revisions import (
    REVISION_ID,
    alembic_config,
    database_revision,
    is_known,
    package_head,
    scripts,
)
from yt_pubsub_handler.settings import settings_of

logger = logging.getLogger(__name__)

Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True)
class Applied:
    """From which revision to which one (None: before the first), through which steps, in their order."""

    start: str | None
    end: str | None
    revisions: list[str]


def upgrade(app: Flask, statement_seconds: float = LONGEST_STATEMENT) -> Applied:
    """Bring the database to this package's head. Raises Refused or MigrationFailed."""
    head = package_head(app)
    start = _read_revision(app)
    if start is not None and not is_known(app, start):
        raise Refused(
            "unknown-revision",
            f"Nothing was done: the database is at {start}, which this package (head {head}) does not hold. "
            "Deploy a release that holds it.",
        )
    return _run(app, "upgrade", start, head, statement_seconds)


def downgrade(app: Flask, target: str = "-1", statement_seconds: float = LONGEST_STATEMENT) -> Applied:
    """
    Bring the database back to `target`: a revision's 12 digits, or "-1" for the one before.

    Raises Refused, also for going back before the first revision, as that drops everything, or
    MigrationFailed.
    """
    start = _read_revision(app)
    if start is None:
        raise Refused("empty-database", "Nothing was done: the database is empty, there is nothing to undo.")
    if not is_known(app, start):
        raise Refused(
            "unknown-revision",
            f"Nothing was done: the database is at {start}, which this package does not hold. "
            "Invoke the version that holds it.",
        )
    earlier = [script.revision for script in scripts(app).iterate_revisions(start, "base")][1:]
    if target == "-1":
        if not earlier:
            raise Refused("base", f"Nothing was done: {start} is the first revision, before it there are no tables.")
        target = earlier[0]
    if not isinstance(target, str) or not REVISION_ID.fullmatch(target):
        raise Refused("target", 'Nothing was done: a target is the 12 digits of a revision, or "-1".')
    if target == start:
        return Applied(start, start, [])
    if target not in earlier:
        raise Refused(
            "target",
            f"Nothing was done: {target} is not a revision before {start}, where the database is. "
            f"Those are: {', '.join(earlier) or 'none'}.",
        )
    return _run(app, "downgrade", start, target, statement_seconds)


def _run(
    app: Flask,
    direction: Direction,
    start: str | None,
    target: str | None,
    statement_seconds: float,
) -> Applied:
    steps: list[str] = []

    def note(*, step: MigrationInfo, **_: Any) -> None:
        revision = str(step.up_revision_id)
        steps.append(revision)
        logger.info("%s: revision %s is %s", direction, revision, "applied" if step.is_upgrade else "undone")

    if target is None or target == start:
        return Applied(start, start, [])
    with app.app_context():
        config = alembic_config(app)
        config.attributes["statement_seconds"] = statement_seconds
        config.attributes["on_version_apply"] = note
        try:
            move = command.upgrade if direction == "upgrade" else command.downgrade
            move(config, target)
        except DBAPIError as error:
            # `from None`: the chained error would print DETAIL, which quotes rows.
            raise _failed(app, direction, start, target, describe(error)) from None
        except CommandError as error:
            raise _failed(app, direction, start, target, str(error)) from error
        except Exception as error:
            raise _failed(app, direction, start, target, f"{type(error).__name__}: {error}") from error
    return Applied(start, _read_revision(app), steps)


def _failed(app: Flask, direction: Direction, start: str | None, target: str, cause: str) -> MigrationFailed:
    """Say what happened, where the database stands now, and what to do."""
    cause = " ".join(cause.split())
    try:
        now = _read_revision(app)
    except MigrationFailed as error:
        return MigrationFailed("unreachable", f"The {direction} from {start} to {target} failed: {cause}. {error}")
    stopped = _next_step(app, direction, now, target)
    state = "unchanged" if now == start else f"changed from {start}"
    next_step = (
        "Correct that revision and deploy again; nothing of it was kept unless it commits by itself."
        if direction == "upgrade"
        else "Correct its downgrade() in a new release, or leave the schema and move traffic only."
    )
    return MigrationFailed(
        "revision-failed",
        f"The {direction} to {target} stopped in revision {stopped}: {cause}. "
        f"The database is at {now} ({state}). {next_step}",
    )


def _next_step(app: Flask, direction: Direction, now: str | None, target: str) -> str:
    """Return the revision that would have been next, which is the one that failed."""
    if direction == "downgrade":
        return str(now)
    pending = [script.revision for script in scripts(app).iterate_revisions(target, now or "base")]
    return pending[-1] if pending else target


def _read_revision(app: Flask) -> str | None:
    engine = migration_engine(settings_of(app), statement_seconds=5)
    try:
        with engine.connect() as connection:
            return database_revision(connection)
    except DBAPIError as error:
        raise MigrationFailed(
            "unreachable",
            f"The database's revision cannot be read: {describe(error)}. See that it answers, then try again.",
        ) from None
