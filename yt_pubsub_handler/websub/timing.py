"""
Without this file all leases would be renewed in the same minute, at the last moment, and again at once if it failed.

Google's hub has been seen to be busy for hours. What is asked for ten days and renewed after five to seven of them
survives that; a share of its own for each lease keeps those that were made together apart.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

ASKED_FOR = timedelta(seconds=864_000)
"""The longest lease that Google's hub grants."""
_RENEWED_FROM, _RENEWED_TO = 1 / 2, 2 / 3
_SOONEST_RENEWAL = timedelta(minutes=5)
"""A hub that grants a second must not be asked all the time."""

_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=6)
"""Less than leases.PATIENCE_WITH_HUB, so that what is still asked for is never taken for lost."""
PAUSE_AFTER_DENIAL = timedelta(hours=6)

_FIRST_QUIET = timedelta(minutes=1)
_LONGEST_QUIET = timedelta(hours=6)
"""A hub that asked for years of quiet would cost us every lease: half of one is always left to try in."""


def renewal_at(key: str, now: datetime, granted: timedelta) -> datetime:
    """Return when the lease of this callback `key`, granted `now`, is to be renewed."""
    share = _RENEWED_FROM + (_RENEWED_TO - _RENEWED_FROM) * _share(key)
    return now + max(granted * share, _SOONEST_RENEWAL)


def retry_pause(key: str, attempts: int) -> timedelta:
    """Return how long to wait after the last of so many `attempts` before this lease is asked for again."""
    pause = min(_FIRST_PAUSE * _doubled(attempts), _LONGEST_PAUSE)
    return pause * (1 - _share(key) / 5)


def quiet(failures: int, asked_for: timedelta | None) -> timedelta:
    """Return how long a hub that failed so often in a row is left alone, at least what it `asked_for`."""
    ours = _FIRST_QUIET * _doubled(failures)
    return min(max(ours, asked_for or timedelta()), _LONGEST_QUIET)


def _doubled(times: int) -> int:
    return 1 << min(max(times - 1, 0), 20)


def _share(key: str) -> float:
    """Return a number from 0 to 1 that stays with the lease, or each run would draw another moment."""
    return zlib.crc32(key.encode()) / 2**32
