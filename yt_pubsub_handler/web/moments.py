"""
Without this file each page would have its own way of saying when.

What is "ago" is counted by the database's clock, as all our times are; whoever wants to know exactly reads UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

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
        return day_in_words(then.astimezone(UTC).date())
    said = length(abs(away))
    if said is None:
        return "in a moment" if away > timedelta(0) else "just now"
    return f"in {said}" if away > timedelta(0) else f"{said} ago"


def length(time: timedelta) -> str | None:
    """Return how long that is in the largest unit that fits; None for less than a minute."""
    for seconds, unit in _UNITS:
        if time.total_seconds() >= seconds:
            count = int(time.total_seconds() // seconds)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return None


def spelled(then: datetime) -> str:
    utc = then.astimezone(UTC)
    return f"{day_in_words(utc.date())}, {utc:%H:%M} UTC"


def day_in_words(day: date) -> str:
    # Not `%-d`, which is not everywhere.
    return f"{day.day} {day:%B %Y}"


def _element(then: datetime, words: str) -> Markup:
    utc = then.astimezone(UTC).replace(microsecond=0)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(utc.isoformat(), spelled(utc), words)
