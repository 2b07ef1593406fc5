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

from yt_pubsub_handler.migration import apply, freezes, holds, releases
from yt_pubsub_handler.migration.acceptance import accept, recount, verify
from yt_pubsub_handler.migration.cancel import cancel
from yt_pubsub_handler.migration.condition import tell_condition
from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.migration.expectations import check_expectations
from yt_pubsub_handler.migration.history import migration_history as recorded_history
from yt_pubsub_handler.migration.hooks import Hooks
from yt_pubsub_handler.migration.limits import Deadline
from yt_pubsub_handler.migration.plan import plan
from yt_pubsub_handler.migration.report import Report
from yt_pubsub_handler.migration.requests import read_request
from yt_pubsub_handler.migration.revisions import history, package_head
from yt_pubsub_handler.migration.status import schema_status
from yt_pubsub_handler.migration.targets import read_target
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
    hooks = Hooks(refuse_if_frozen=freezes.refuse_if_frozen, refuse_if_held=holds.refuse_if_held)
    return apply.upgrade(app, request, Deadline(seconds), hooks)


def alembic_downgrade(app: Flask, event: Event | None = None, seconds: float = math.inf) -> Report:
    """
    Bring the database back to `event["target"]`, by default the previous revision, and return what was done.

    A way that loses anything needs "digest" and "ceilings" of its plan; "reason" is kept with what is held from then
    on. The rest of `event` is as for an upgrade. Raises MigrationError.
    """
    event = event or {}
    _check(app, event)
    request = read_request(event, "downgrade", read_target(event), read_release())
    hooks = Hooks(accept=lambda *_: accept(app, event), recount=recount, verify=verify, hold=holds.hold)
    return apply.downgrade(app, request, Deadline(seconds), hooks, event.get("reason"))


def migration_status(app: Flask, event: Event | None = None) -> dict[str, Any]:
    """
    Return release and schema as `GET /status` does, but asked as the schema's owner, and what else there is to know.

    "history" is what this package holds, first to head; the rest is told by `tell_condition`.
    """
    _check(app, event or {})
    release = read_release()
    schema = schema_status(app, migration_engine(settings_of(app), statement_seconds=5))
    told = {"release": release.as_dict(), "schema": schema.as_dict(), "history": history(app)}
    return told | tell_condition(app)


def alembic_cancel(app: Flask, event: Event | None = None) -> dict[str, Any]:
    """
    End the migration that is running, for `event["run"]["actor"]`, and return how it ended: see `cancel`.

    Raises MigrationError. Any release may do it: it does not matter what this one expects.
    """
    request = read_request(event or {}, "upgrade", "", read_release())
    return cancel(app, request.actor)


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
