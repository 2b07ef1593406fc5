"""
Without this file one subreddit's rate limit would be asked for again with each of its posts, by every drain.

A pause is kept in the database, as the next drain is another process.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text

LONGEST = timedelta(days=1)
"""Whatever a destination says: a wrong number must not silence us for years."""
_PAUSE = text("""
INSERT INTO pauses (destination, target, not_before, reason) VALUES (:destination, :target, now() + :length, :reason)
ON CONFLICT (destination, target) DO UPDATE SET not_before = excluded.not_before, reason = excluded.reason
WHERE pauses.not_before < excluded.not_before
""")


def pause(connection: Connection, destination: str, place: str, seconds: float, reason: str) -> None:
    """Send nothing to `place` for that long; "" is the whole destination. A longer pause stays."""
    length = min(timedelta(seconds=seconds), LONGEST)
    connection.execute(_PAUSE, {"destination": destination, "target": place, "length": length, "reason": reason})
