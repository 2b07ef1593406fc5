"""
Without this file a holder of the mutex that was frozen could wake up and commit after its successor has begun.

Every holder raises the number in `pipeline.fence`, and locks the row in share mode before each of its commits: while
it is locked no successor can raise it, and once it is raised no predecessor finds its own number there. There is no
moment in between.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.migration.sessions import driver_of


def raise_fence(connection: Connection) -> int:
    """Return the number that is ours from now on; everybody else's is worth nothing any more."""
    token = connection.scalar(text("UPDATE pipeline.fence SET token = token + 1 RETURNING token"))
    if token is None:
        # The row was deleted by hand. Numbers of earlier holders must not come again.
        token = connection.scalar(
            text(
                "INSERT INTO pipeline.fence (token) "
                "SELECT 1 + coalesce(max(token), 0) FROM pipeline.runs RETURNING token"
            )
        )
    return int(token)


def check_fence(connection: Connection, token: int) -> None:
    """
    Keep the fence as it is until the transaction of `connection` is over; raise MigrationFailed unless it is ours.

    Asks below SQLAlchemy: this is called from its own events.
    """
    found = driver_of(connection).execute("SELECT FROM pipeline.fence WHERE token = %s FOR SHARE", (token,))
    if found.rowcount != 1:
        raise MigrationFailed("fence", "Another run has taken the mutex since, so this one commits nothing more.")
