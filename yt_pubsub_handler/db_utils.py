"""
Without this file `run.py` could not change the schema: Zappa has no command line for Flask-Migrate's
commands.

Flask-Migrate's own `upgrade` and `downgrade` turn Alembic's errors into a log line and `sys.exit(1)`; these
raise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flask import Flask

from yt_pubsub_handler.migration import apply
from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.migration.expectations import check_expectations
from yt_pubsub_handler.migration.hooks import Hooks
from yt_pubsub_handler.migration.limits import Deadline
from yt_pubsub_handler.migration.report import Report
from yt_pubsub_handler.migration.requests import read_request
from yt_pubsub_handler.migration.revisions import history, package_head
from yt_pubsub_handler.migration.status import schema_status
from yt_pubsub_handler.release import read_release
from yt_pubsub_handler.settings import settings_of

Event = Mapping[str, Any]


def alembic_upgrade(app: Flask, event: Event | None = None, seconds: float = math.inf) -> Report:
    """
    Upgrade the database to the latest revision within `seconds` and return what was done, ready for JSON.

    `event` may say what it expects (`{"expect": {"commit": …, "head": …}}`) and who asks
    (`{"run": {"id": …, "attempt": …, "actor": …}}`). Raises MigrationError.
    """
    event = event or {}
    _check(app, event)
    request = read_request(event, "upgrade", str(package_head(app)), read_release())
    return apply.upgrade(app, request, Deadline(seconds), Hooks())


def alembic_downgrade(app: Flask, event: Event | None = None, seconds: float = math.inf) -> Report:
    """
    Bring the database back to `event["target"]`, by default the previous revision, and return what was done.

    The rest of `event` is as for an upgrade. Raises MigrationError.
    """
    event = event or {}
    _check(app, event)
    request = read_request(event, "downgrade", event.get("target", "-1"), read_release())
    return apply.downgrade(app, request, Deadline(seconds), Hooks(), event.get("reason"))


def migration_status(app: Flask, event: Event | None = None) -> dict[str, Any]:
    """
    Return release and schema as `GET /status` does, but asked as the schema's owner, and the package's history.

    The history is what tells a caller with another checkout which revisions lie between two.
    """
    _check(app, event or {})
    release = read_release()
    schema = schema_status(app, migration_engine(settings_of(app), statement_seconds=5))
    return {"release": release.as_dict(), "schema": schema.as_dict(), "history": history(app)}


def _check(app: Flask, event: Event) -> None:
    check_expectations(event, commit=read_release().commit, head=package_head(app))
