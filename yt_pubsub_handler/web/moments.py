"""
Without this file each page would have its own way of saying when.

What is "ago" is counted by the database's clock, as all our times are; whoever wants to know exactly reads UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))
_LONG_AGO = timedelta(days=45)


def moment(then: datetime, now: datetime) -> Markup:
    """Return `then` as a `<time>` in words, seen from `now`."""
    return _element(then, in_words(then, now))


def exactly(then: datetime) -> Markup:
    """Return `then` as a `<time>` to the minute."""
    return _element(then, spelled(then))


def in_words(then: datetime, now: datetime) -> str:
    """Return how long `then` is away from `now`: "3 minutes ago", "in 2 days"; the day itself when that is far."""
    away = then - now
    if abs(away) > _LONG_AGO:
        return day_in_words(then)
    seconds = abs(away).total_seconds()
    for length, unit in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            said = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {said}" if away > timedelta(0) else f"{said} ago"
    return "in a moment" if away > timedelta(0) else "just now"


def spelled(then: datetime) -> str:
    utc = then.astimezone(UTC)
    return f"{day_in_words(utc)}, {utc:%H:%M} UTC"


def day_in_words(then: datetime) -> str:
    # Not `%-d`, which is not everywhere.
    utc = then.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y}"


def _element(then: datetime, words: str) -> Markup:
    utc = then.astimezone(UTC).replace(microsecond=0)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(utc.isoformat(), spelled(utc), words)
