from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.rehearsal.local_aws.schedule_expressions import parse_schedule


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(expression: str, moment: str, count: int) -> list[str]:
    """The next firings after a moment, as text."""
    schedule = parse_schedule(expression)
    now: datetime | None = at(moment)
    firings = []
    for _ in range(count):
        assert now is not None
        now = schedule(now)
        firings.append(f"{now:%Y-%m-%d %H:%M}" if now else "never")
    return firings


@pytest.mark.parametrize(
    ("expression", "firings"),
    [
        ("rate(1 minute)", ["2024-02-28 23:31", "2024-02-28 23:32"]),
        ("rate(12 hours)", ["2024-02-29 11:30", "2024-02-29 23:30"]),
        ("rate(2 days)", ["2024-03-01 23:30", "2024-03-03 23:30"]),
        ("cron(0/20 * * * ? *)", ["2024-02-28 23:40", "2024-02-29 00:00"]),
        ("cron(15,45 8-9 ? * MON-FRI *)", ["2024-02-29 08:15", "2024-02-29 08:45"]),
        ("cron(0 0 L * ? *)", ["2024-02-29 00:00", "2024-03-31 00:00"]),
        ("cron(0 0 ? * 6#3 *)", ["2024-03-15 00:00", "2024-04-19 00:00"]),
        ("cron(0 0 ? * 2L *)", ["2024-03-25 00:00", "2024-04-29 00:00"]),
        ("cron(0 0 2W * ? *)", ["2024-03-01 00:00", "2024-04-02 00:00"]),
        ("cron(0 0 1W JUN ? *)", ["2024-06-03 00:00", "2025-06-02 00:00"]),
        ("cron(0 0 LW * ? *)", ["2024-02-29 00:00", "2024-03-29 00:00"]),
        ("cron(0 12 ? * SUN *)", ["2024-03-03 12:00", "2024-03-10 12:00"]),
        ("cron(0 0 1 1 ? 2025)", ["2025-01-01 00:00", "never"]),
    ],
)
def test_a_schedule_fires_when_eventbridge_would(expression: str, firings: list[str]) -> None:
    """It is a Wednesday, before a leap day."""
    assert following(expression, "2024-02-28 23:30", 2) == firings


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("rate(0 minutes)", "expected rate"),
        ("rate(1 minutes)", "singular"),
        ("rate(5 minute)", "plural"),
        ("rate(5 weeks)", "expected rate"),
        ("cron(0 0 * * *)", "six fields"),
        ("cron(0 0 * * * *)", "must be `\\?`"),
        ("cron(0 0 ? * ? *)", "must be `\\?`"),
        ("cron(60 0 * * ? *)", "60 is not within 0-59"),
        ("cron(0 0 ? * 0 *)", "0 is not within 1-7"),
        ("cron(0 0 ? * NEVER *)", "NEVER"),
        ("every minute", "expected rate"),
    ],
)
def test_a_schedule_that_eventbridge_refuses_is_refused(expression: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_schedule(expression)
