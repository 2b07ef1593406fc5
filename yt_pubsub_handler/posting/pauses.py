"""
Without this file one subreddit's rate limit would be asked for again with each of its posts, by every drain.

A pause is kept in the database, as the next drain is another process.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text

LONGEST = timedelta(days=1)
_PAUSE = text("""
INSERT INTO pauses (destination, target, not_before, reason) VALUES (:destination, :target, now() + :length, :reason)
ON CONFLICT (destination, target) DO UPDATE SET not_before = excluded.not_before, reason = excluded.reason
WHERE pauses.not_before < excluded.not_before
""")


def pause(connection: Connection, destination: str, place: str, seconds: float, reason: str) -> None:
    """Send nothing to `place` for that long; "" is the whole destination. A longer pause stays."""
    values = {"destination": destination, "target": place, "length": bounded(seconds), "reason": reason}
    connection.execute(_PAUSE, values)


def bounded(seconds: float) -> timedelta:
    """Return how long to wait when a destination says so: a wrong number must not silence us for years, or raise."""
    # In this order it makes nothing of "not a number".
    return timedelta(seconds=min(max(0.0, seconds), LONGEST.total_seconds()))
