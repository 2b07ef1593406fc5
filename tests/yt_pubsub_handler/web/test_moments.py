"""When something was is said in words, and exactly to whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from yt_pubsub_handler.web.moments import exactly, in_words, length, moment

NOW = datetime(2026, 11, 27, 21, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(seconds=30), "in a moment"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-3), "3 minutes ago"),
        (timedelta(hours=-1, minutes=-59), "1 hour ago"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=-45), "45 days ago"),
        (timedelta(days=-46), "12 October 2026"),
    ],
)
def test_it_is_as_far_away_as_it_says(away: timedelta, words: str) -> None:
    assert in_words(NOW + away, NOW) == words


def test_a_moment_is_there_for_machines_too_in_utc() -> None:
    there = timezone(timedelta(hours=2))

    assert moment(datetime(2026, 11, 27, 23, 1, 59, 999, there), NOW) == (
        '<time datetime="2026-11-27T21:01:59+00:00" title="27 November 2026, 21:01 UTC">3 minutes ago</time>'
    )


def test_the_minute_is_said_where_it_matters() -> None:
    assert exactly(NOW) == (
        '<time datetime="2026-11-27T21:05:00+00:00" title="27 November 2026, 21:05 UTC">27 November 2026, 21:05 UTC'
        "</time>"
    )


def test_less_than_a_minute_has_no_length() -> None:
    assert (length(timedelta(seconds=59)), length(timedelta(minutes=90))) == (None, "1 hour")
