"""
Without this file `run.py` could not change the schema: Zappa has no command line for Flask-Migrate's
commands.

Flask-Migrate's own `upgrade` and `downgrade` turn Alembic's errors into a log line and `sys.exit(1)`; these
raise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from yt_pubsub_handler.migration import apply, freezes, holds, releases
from yt_pubsub_handler.migration.connections import LONGEST_STATEMENT, migration_engine
from yt_pubsub_handler.migration.expectations import check_expectations
from yt_pubsub_handler.migration.history import migration_history as recorded_history
from yt_pubsub_handler.migration.plan import plan
from yt_pubsub_handler.migration.revisions import history, package_head
from yt_pubsub_handler.migration.status import schema_status
from yt_pubsub_handler.release import read_release
from yt_pubsub_handler.settings import settings_of

Event = Mapping[str, Any]


def alembic_upgrade(
    app: Flask, event: Event | None = None, statement_seconds: float = LONGEST_STATEMENT
) -> dict[str, Any]:
    """
    Upgrade the database to the latest revision and return what was done, ready for JSON.

    `event` may say what it expects (`{"expect": {"commit": …, "head": …}}`). Raises MigrationError.
    """
    _check(app, event or {})
    done = apply.upgrade(app, statement_seconds)
    return _report(app, done, "applied")


def alembic_downgrade(
    app: Flask, event: Event | None = None, statement_seconds: float = LONGEST_STATEMENT
) -> dict[str, Any]:
    """
    Bring the database back to `event["target"]`, by default the previous revision, and return what was done.

    Raises MigrationError.
    """
    _check(app, event or {})
    done = apply.downgrade(app, (event or {}).get("target", "-1"), statement_seconds)
    return _report(app, done, "undone")


def migration_status(app: Flask, event: Event | None = None) -> dict[str, Any]:
    """
    Return release and schema as `GET /status` does, but asked as the schema's owner, and the package's history.

    The history is what tells a caller with another checkout which revisions lie between two.
    """
    _check(app, event or {})
    release = read_release()
    schema = schema_status(app, migration_engine(settings_of(app), statement_seconds=5))
    return {"release": release.as_dict(), "schema": schema.as_dict(), "history": history(app)}


def migration_plan(app: Flask, event: Event | None = None) -> dict[str, Any]:
    """
    Return the SQL of a migration and what it would destroy, and change nothing; see `plan`.

    `event` has "direction", and for a downgrade "target". Raises MigrationError.
    """
    _check(app, event or {})
    return plan(app, event or {})


def migration_history(app: Flask, event: Event | None = None) -> dict[str, Any]:
    """Return the runs of migrations and the promoted releases, newest first. Raises MigrationError."""
    _check(app, event or {})
    return recorded_history(app, event or {})


def record_release(app: Flask, event: Event) -> dict[str, Any]:
    """Write down that the release in `event` was promoted, and return its record. Raises MigrationError."""
    _check(app, event)
    return releases.record_release(app, event)


def release_hold(app: Flask, event: Event) -> dict[str, Any]:
    """Let `event["revision"]` be applied again after it was undone. Raises MigrationError."""
    _check(app, event)
    return holds.release_hold(app, event)


def freeze(app: Flask, event: Event) -> dict[str, Any]:
    """Stop upgrades for `event["reason"]`. Raises MigrationError."""
    _check(app, event)
    return freezes.freeze(app, event)


def unfreeze(app: Flask, event: Event | None = None) -> dict[str, Any]:
    """Let upgrades run again. Raises MigrationError."""
    _check(app, event or {})
    return freezes.unfreeze(app, event or {})


def _check(app: Flask, event: Event) -> None:
    check_expectations(event, commit=read_release().commit, head=package_head(app))


def _report(app: Flask, done: apply.Applied, verb: str) -> dict[str, Any]:
    release = read_release()
    return {
        "from": done.start,
        "to": done.end,
        verb: done.revisions,
        "head": package_head(app),
        "release": release.as_dict(),
        "lambda_version": release.version,
    }
