"""
Without this file a schedule would be a text: this says when `rate(…)` and `cron(…)` fire.

The grammar is EventBridge's, not crontab's: six fields (minutes, hours, day of month, month, day of week,
year), Sunday is 1, one of the two day fields is `?`, and L, W and # are understood. All times are UTC.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_RATE = re.compile(r"rate\((?P<value>[1-9]\d*) (?P<unit>minute|hour|day)(?P<plural>s?)\)")
_CRON = re.compile(r"cron\((?P<fields>[^()]*)\)")
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_LAST_YEAR = 2199

Schedule = Callable[[datetime], datetime | None]


def parse_schedule(expression: str) -> Schedule:
    """
    Return a function from a moment to the first firing after it, or None when there will be none.

    A rate counts from the moment it is given, so ask it for the firing after the last one.
    Raises ValueError, naming the expression, when EventBridge would not take it.
    """
    if rate := _RATE.fullmatch(expression):
        if (rate["value"] == "1") == bool(rate["plural"]):
            raise ValueError(f"{expression}: the unit is singular for 1 and plural for all others.")
        period = timedelta(**{f"{rate['unit']}s": int(rate["value"])})
        return lambda moment: moment + period
    found = _CRON.fullmatch(expression)
    if not found or len(fields := found["fields"].split()) != 6:
        raise ValueError(f"{expression}: expected rate(N minutes|hours|days) or cron() with six fields.")
    try:
        return Cron.parse(fields).next_after
    except (ValueError, KeyError) as error:
        raise ValueError(f"{expression}: {error}") from error


@dataclass(frozen=True)
class Cron:
    """The six fields; the two day fields as functions, because they depend on the month."""

    minutes: list[int]
    hours: list[int]
    is_day: Callable[[date], bool]
    months: list[int]
    years: list[int]

    @classmethod
    def parse(cls, fields: list[str]) -> Cron:
        minutes, hours, day, month, weekday, year = fields
        if (day == "?") == (weekday == "?"):
            raise ValueError("exactly one of day of month and day of week must be `?`")
        return cls(
            minutes=_values(minutes, range(60)),
            hours=_values(hours, range(24)),
            is_day=_day_of_month(day) if weekday == "?" else _day_of_week(weekday),
            months=_values(month, range(1, 13), _MONTHS),
            years=_values(year, range(1970, _LAST_YEAR + 1)),
        )

    def next_after(self, moment: datetime) -> datetime | None:
        start = moment.astimezone(UTC)
        return next((m for m in self._moments_from(start.date()) if m > start), None)

    def _moments_from(self, day: date) -> Iterator[datetime]:
        while day.year <= self.years[-1]:
            if day.year in self.years and day.month in self.months and self.is_day(day):
                for hour in self.hours:
                    for minute in self.minutes:
                        yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
            day += timedelta(days=1)


def _values(field: str, allowed: range, names: dict[str, int] | None = None) -> list[int]:
    """All values of a field of `*`, `a`, `a-b`, `…/step` and lists of them, in order."""
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            low, high = allowed[0], allowed[-1]
        else:
            low = _number(first, names)
            # A step without an end, as in 5/15, goes on to the largest value.
            high = _number(last, names) if dash else (allowed[-1] if step else low)
        if low not in allowed or high not in allowed or low > high:
            raise ValueError(f"{part} is not within {allowed[0]}-{allowed[-1]}")
        values.update(range(low, high + 1, int(step or 1)))
    return sorted(values)


def _number(text: str, names: dict[str, int] | None) -> int:
    return int(text) if text.isdecimal() else (names or {})[text.upper()]


def _day_of_month(field: str) -> Callable[[date], bool]:
    if field == "L":
        return lambda day: day.day == _days_in_month(day)
    if near := re.fullmatch(r"(\d+|L)W", field):
        return lambda day: day == _nearest_weekday(day, near[1])
    days = _values(field, range(1, 32))
    return lambda day: day.day in days


def _day_of_week(field: str) -> Callable[[date], bool]:
    if field == "L":
        return lambda day: _weekday(day) == 7
    if nth := re.fullmatch(r"(\w+)#([1-5])", field):
        return lambda day: _weekday(day) == _number(nth[1], _WEEKDAYS) and (day.day + 6) // 7 == int(nth[2])
    if last := re.fullmatch(r"(\w+)L", field):
        wanted = _number(last[1], _WEEKDAYS)
        return lambda day: _weekday(day) == wanted and day.day + 7 > _days_in_month(day)
    weekdays = _values(field, range(1, 8), _WEEKDAYS)
    return lambda day: _weekday(day) in weekdays


def _nearest_weekday(day: date, wanted: str) -> date:
    """The Monday to Friday nearest to a day of this month, without leaving the month."""
    days = _days_in_month(day)
    target = day.replace(day=days if wanted == "L" else min(int(wanted), days))
    shift = {5: -1, 6: 1}.get(target.weekday(), 0)
    if not 1 <= target.day + shift <= days:
        shift = -2 if shift == 1 else 2
    return target + timedelta(days=shift)


def _weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
