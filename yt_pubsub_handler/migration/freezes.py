"""
Without this file the next merge would deploy into the middle of somebody's rollback.

A freeze stops upgrades until a person lifts it; a downgrade goes on, as it is what the freeze was for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.writing import actor, told, writing


def refuse_if_frozen(connection: Connection) -> None:
    """Raise Refused ("frozen") while there is a freeze."""
    found = frozen(connection)
    if found is not None:
        raise Refused(
            "frozen",
            f"Nothing was done: deploys are frozen since {found['frozen_at']} by {found['by'] or 'somebody'} "
            f"({found['reason'] or 'no reason given'}). When that is over, lift it: run.run_unfreeze.",
        )


def freeze(app: Flask, event: Mapping[str, Any]) -> dict[str, Any]:
    """
    Stop upgrades, and return {"frozen": {"frozen_at", "by", "reason"}, "new": whether it was not frozen before}.

    `event` has "reason", and "by" or the run's actor. A second freeze leaves the first one as it is.
    """
    reason = told(event.get("reason"), "reason")
    insert = text("INSERT INTO pipeline.freezes (frozen_by, reason) VALUES (:by, :reason)")
    with writing(app) as connection:
        # Two rollbacks at once must not make two freezes, of which one would be lifted.
        connection.exec_driver_sql("LOCK TABLE pipeline.freezes IN SHARE ROW EXCLUSIVE MODE")
        new = frozen(connection) is None
        if new:
            connection.execute(insert, {"by": actor(event), "reason": reason})
        return {"frozen": frozen(connection), "new": new}


def unfreeze(app: Flask, event: Mapping[str, Any]) -> dict[str, Any]:
    """Let upgrades run again, and return {"lifted": the freeze there was, None if there was none}."""
    update = text(
        "UPDATE pipeline.freezes SET released_at = clock_timestamp(), released_by = :by WHERE released_at IS NULL"
    )
    with writing(app) as connection:
        lifted = frozen(connection)
        connection.execute(update, {"by": actor(event)})
    return {"lifted": lifted}


def frozen(connection: Connection) -> dict[str, Any] | None:
    """Return the freeze in force: {"frozen_at", "by", "reason"}, or None."""
    if not ledger_version(connection):
        return None
    query = text(
        "SELECT to_json(frozen_at) #>> '{}' AS frozen_at, frozen_by AS by, reason FROM pipeline.freezes "
        "WHERE released_at IS NULL ORDER BY id LIMIT 1"
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)
