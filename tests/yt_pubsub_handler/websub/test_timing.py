"""Early, spread out, and with pauses that grow: what is said of times holds for every lease."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yt_pubsub_handler.websub.leases import LONGEST_LEASE, PATIENCE_WITH_HUB
from yt_pubsub_handler.websub.timing import ASKED_FOR, PAUSE_AFTER_DENIAL, quiet, renewal_at, retry_pause

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KEYS = [secrets.token_urlsafe(32) for _ in range(1000)]


def test_the_longest_lease_that_google_grants_is_asked_for() -> None:
    assert ASKED_FOR.total_seconds() == 864_000
    assert ASKED_FOR < LONGEST_LEASE


def test_leases_made_together_are_renewed_apart_from_the_half_to_two_thirds() -> None:
    moments = sorted(renewal_at(key, NOW, 10 * DAY) - NOW for key in KEYS)

    assert moments[0] >= 5 * DAY
    assert moments[-1] <= 10 * DAY * 2 / 3
    # 40 hours; evenly spread, each of the hours has its 25.
    hours = [sum(1 for moment in moments if moment // HOUR == hour) for hour in range(121, 159)]
    assert min(hours) >= 5
    assert max(hours) <= 60


@given(st.text(min_size=1), st.integers(min_value=1, max_value=10**9))
def test_a_renewal_is_never_at_once_and_stays_with_its_lease(key: str, seconds: int) -> None:
    granted = timedelta(seconds=seconds)

    at = renewal_at(key, NOW, granted)

    assert at == renewal_at(key, NOW, granted)
    assert at - NOW >= 5 * MINUTE
    assert at - NOW <= max(granted * 2 / 3 + timedelta(seconds=1), 5 * MINUTE)


@given(st.text(min_size=1), st.integers(min_value=0, max_value=10**6))
def test_pauses_grow_to_less_than_what_would_be_taken_for_lost(key: str, attempts: int) -> None:
    pause, longer = retry_pause(key, attempts), retry_pause(key, attempts + 1)

    assert 4 * MINUTE <= pause <= longer <= 6 * HOUR
    assert max(pause, PAUSE_AFTER_DENIAL) < PATIENCE_WITH_HUB


def test_pauses_double() -> None:
    key = KEYS[0]

    assert [round(retry_pause(key, attempts) / retry_pause(key, 1)) for attempts in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert [quiet(failures, None) for failures in (1, 2, 3)] == [MINUTE, 2 * MINUTE, 4 * MINUTE]


def test_a_hub_is_given_what_it_asks_for_unless_that_would_cost_us_every_lease() -> None:
    assert quiet(1, 2 * MINUTE) == 2 * MINUTE
    assert quiet(5, 2 * MINUTE) == 16 * MINUTE
    assert quiet(1, 3650 * DAY) == quiet(10**6, None) == 6 * HOUR
