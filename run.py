"""
Without this file Zappa would find neither the app nor the functions that `zappa invoke` names.

Each function takes exactly (event, context) and raises on failure: Zappa exits 0 for whatever is returned,
and runs a function again that ends in a TypeError. Each imports what it needs by itself: a container that is started
for a request is waited for, and Alembic alone would double that.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from yt_pubsub_handler import create_app
from yt_pubsub_handler.logs import hide_secrets, start_logs
from yt_pubsub_handler.settings import settings_of

logger = logging.getLogger(__name__)

SECONDS_TO_REPORT = 20.0
"""What is left of Lambda's time for saying how it ended, when a statement is stopped."""

app = create_app()
hide_secrets(settings_of(app))
start_logs()


class Context(Protocol):
    """What we use of the context that Lambda hands in."""

    def get_remaining_time_in_millis(self) -> int: ...


class EntryPointFailed(Exception):
    """Stands for an exception that Zappa or Python would not take for a failure."""


Entry = Callable[[dict[str, Any], Context | None], dict[str, Any]]


def entry_point(function: Entry) -> Entry:
    """Make `function` fail in a way that Zappa reports, once."""

    @functools.wraps(function)
    def run(event: dict[str, Any], context: Context | None) -> dict[str, Any]:
        try:
            return function(event, context)
        except TypeError as error:
            # Zappa would take it for a wrong number of arguments and run the function again.
            raise EntryPointFailed(f"{function.__name__} failed: TypeError: {error}") from error
        except SystemExit as error:
            raise EntryPointFailed(f"{function.__name__} tried to exit with {error.code!r}") from error

    return run


@entry_point
def run_alembic_upgrade(event: dict[str, Any], context: Context | None) -> dict[str, Any]:
    from yt_pubsub_handler.db_utils import alembic_upgrade

    return alembic_upgrade(app, event, _seconds(context))


@entry_point
def run_alembic_downgrade(event: dict[str, Any], context: Context | None) -> dict[str, Any]:
    from yt_pubsub_handler.db_utils import alembic_downgrade

    return alembic_downgrade(app, event, _seconds(context))


@entry_point
def run_alembic_cancel(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import alembic_cancel

    return alembic_cancel(app, event)


@entry_point
def run_migration_status(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import migration_status

    return migration_status(app, event)


@entry_point
def run_alembic_plan(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import migration_plan

    return migration_plan(app, event)


@entry_point
def run_migration_history(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import migration_history

    return migration_history(app, event)


@entry_point
def run_record_release(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import record_release

    return record_release(app, event)


@entry_point
def run_release_hold(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import release_hold

    return release_hold(app, event)


@entry_point
def run_freeze(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import freeze

    return freeze(app, event)


@entry_point
def run_unfreeze(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.db_utils import unfreeze

    return unfreeze(app, event)


@entry_point
def run_expire_leases(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.websub.leases import expire_leases

    with app.app_context():
        return {"expired": expire_leases()}


@entry_point
def run_reconcile(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.reconciling import reconcile

    return reconcile(app, _seconds(context)).as_dict()


@entry_point
def run_prune(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.retention import prune

    return prune(app, _seconds(context)).as_dict()


@entry_point
def run_measure(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.metrics import measure, tell

    measured = measure(app)
    tell(measured)
    return measured


@entry_point
def run_renew_leases(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.websub.renewing import renew

    return renew(app, _seconds(context)).as_dict()


@entry_point
def run_deliver_posts(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.posting.delivering import deliver

    return asdict(deliver(app, _seconds(context)))


@entry_point
def run_check_moderators(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - Zappa hands in both.
    from yt_pubsub_handler.people.checking import check_all

    return check_all(app, _seconds(context)).as_dict()


def _seconds(context: Context | None) -> float:
    """How long a migration may take so that there is time left to tell about it."""
    if context is None:
        return math.inf
    left = context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_REPORT
    if left <= 0:
        raise EntryPointFailed(
            f"Nothing was done: less than {SECONDS_TO_REPORT:.0f} s are left of the function's time. "
            "Raise its timeout_seconds."
        )
    return left


if __name__ == "__main__":
    app.run()
