"""
Without this file a deployment would fail because of a report that ran for five seconds.

Only a lock time-out is tried again: everything else would fail again, or has half happened. Between two tries nothing
is held, so whoever queued behind us gets through.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import psycopg
from sqlalchemy.exc import DBAPIError

TRIES = 7
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 15.0


def pauses() -> Iterator[float]:
    """Yield how many seconds to wait before each further try: twice as long each time, with jitter."""
    for number in range(TRIES - 1):
        longest = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2**number)
        yield random.uniform(longest / 2, longest)  # noqa: S311 - nothing secret.


def is_lock_timeout(error: BaseException) -> bool:
    """Tell whether a lock was not to be had in time (55P03)."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.errors.LockNotAvailable)


def is_cancelled(error: BaseException) -> bool:
    """Tell whether the statement was ended from outside, as by its time-out (57014)."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.errors.QueryCanceled)
