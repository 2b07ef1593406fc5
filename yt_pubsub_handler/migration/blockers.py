"""
Without this file a lock time-out would be a riddle: the one who was in the way is gone when somebody looks.

Asked for by the heartbeat, on another session than the one that waits.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.backends import COLUMNS, Backend

Blocker = dict[str, Any]
_MOST = 20

_QUERY = text(
    f"SELECT {COLUMNS.replace('a.pid', 'b.pid')}, "  # noqa: S608 - constants.
    "(SELECT concat_ws(' ', w.mode, 'on', coalesce(w.relation::regclass::text, w.locktype)) "
    " FROM pg_locks w WHERE w.pid = :pid AND NOT w.granted LIMIT 1) "
    "FROM unnest(pg_blocking_pids(:pid)) b (pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid"
)


def blockers_of(connection: Connection, pid: int) -> list[Blocker]:
    """Return who keeps `pid` waiting: a Backend's fields, and under "wants" the lock that is waited for."""
    return [Backend(*row[:-1]).as_dict() | {"wants": row[-1]} for row in connection.execute(_QUERY, {"pid": pid})]


def merge(seen: list[Blocker], more: list[Blocker]) -> list[Blocker]:
    """Return one entry per session and lock, as it was when it was oldest; at most 20."""
    merged = {(one["pid"], one["wants"]): one for one in seen}
    merged.update({(one["pid"], one["wants"]): one for one in more})
    return list(merged.values())[:_MOST]


def name_blockers(seen: list[Blocker]) -> str:
    """Say who it was, the longest first, in the words of an error."""
    if not seen:
        return "nobody was seen in its way"
    oldest = sorted(seen, key=lambda one: -(one["seconds"] or 0))
    told = [str(Backend(**{key: value for key, value in one.items() if key != "wants"})) for one in oldest[:2]]
    more = f" and {len(oldest) - 2} more" if len(oldest) > 2 else ""
    return f"{oldest[0]['wants'] or 'a lock'} was kept by {', '.join(told)}{more}"
