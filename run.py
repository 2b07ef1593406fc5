"""
Without this file Zappa would find neither the app nor the functions that `zappa invoke` names.

Each function takes exactly (event, context) and raises on failure: Zappa exits 0 for whatever is returned,
and runs a function again that ends in a TypeError.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from yt_pubsub_handler import create_app
from yt_pubsub_handler.db_utils import (
    alembic_cancel,
    alembic_downgrade,
    alembic_upgrade,
    freeze,
    migration_history,
    migration_plan,
    migration_status,
    record_release,
    release_hold,
    unfreeze,
)
from yt_pubsub_handler.posting.delivering import deliver
from yt_pubsub_handler.websub.leases import expire_leases

logger = logging.getLogger(__name__)

SECONDS_TO_REPORT = 20.0
"""What is left of Lambda's time for saying how it ended, when a statement is stopped."""

app = create_app()


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
    return alembic_upgrade(app, event, _seconds(context))


@entry_point
def run_alembic_downgrade(event: dict[str, Any], context: Context | None) -> dict[str, Any]:
    return alembic_downgrade(app, event, _seconds(context))


@entry_point
def run_alembic_cancel(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return alembic_cancel(app, event)


@entry_point
def run_migration_status(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return migration_status(app, event)


@entry_point
def run_alembic_plan(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return migration_plan(app, event)


@entry_point
def run_migration_history(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return migration_history(app, event)


@entry_point
def run_record_release(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return record_release(app, event)


@entry_point
def run_release_hold(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return release_hold(app, event)


@entry_point
def run_freeze(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return freeze(app, event)


@entry_point
def run_unfreeze(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return unfreeze(app, event)


@entry_point
def run_expire_leases(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    with app.app_context():
        return {"expired": expire_leases()}


@entry_point
def run_deliver_posts(event: dict[str, Any], context: Context | None) -> dict[str, Any]:  # noqa: ARG001 - see above.
    return asdict(deliver(app, _seconds(context)))


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
