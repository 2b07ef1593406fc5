"""A lease that nobody renews ends in silence; the schedule makes that visible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from yt_pubsub_handler.websub.leases import expire_leases, open_lease

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"


def test_what_was_never_verified_and_what_lapsed_expires_and_nothing_else(
    app: Flask, make_lease: Any, rows: Any
) -> None:
    live = {"state": "active", "verified_at": NOW - DAY, "requested_at": NOW - 2 * DAY}
    make_lease(reason="lost", requested_at=NOW - DAY - SECOND)
    make_lease(reason="waiting", requested_at=NOW - DAY + SECOND)
    make_lease(reason="lapsed", expires_at=NOW - SECOND, **live)
    make_lease(reason="lasting", expires_at=NOW + SECOND, **live)
    make_lease(reason="denied", state="denied", requested_at=NOW - 9 * DAY)
    make_lease(reason="gone", state="unsubscribed", expires_at=NOW - DAY)
    make_lease(reason="ended", mode="unsubscribe", expires_at=NOW - SECOND, **live)

    with app.app_context():
        first, second = expire_leases(NOW), expire_leases(NOW)

    assert (first, second) == ({"never_verified": 1, "lapsed": 2}, {"never_verified": 0, "lapsed": 0})
    assert rows("SELECT reason, state FROM leases ORDER BY id") == [
        ("lost", "expired"),
        ("waiting", "pending"),
        ("lapsed", "expired"),
        ("lasting", "active"),
        ("denied", "denied"),
        ("gone", "unsubscribed"),
        ("ended", "unsubscribed"),
    ]


def test_the_databases_clock_counts_unless_another_is_given(app: Flask, make_lease: Any) -> None:
    make_lease(requested_at=datetime.now(UTC) - DAY - timedelta(minutes=5))

    with app.app_context():
        assert expire_leases() == {"never_verified": 1, "lapsed": 0}


def test_a_new_lease_can_be_guessed_by_nobody(app: Flask) -> None:
    with app.app_context():
        leases = [open_lease(CHANNEL, hub_echoes_token=True) for _ in range(3)]

    secrets = {getattr(lease, name) for lease in leases for name in ("callback_key", "secret", "verify_token")}
    assert len(secrets) == 9
    assert min(len(secret) for secret in secrets) >= 43
    assert [lease.topic for lease in leases] == [
        f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={CHANNEL}"
    ] * 3


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"channel_id": "UCshort"}, "ck_leases_channel_id_form"),
        ({"callback_key": "guess"}, "ck_leases_callback_key_form"),
        ({"secret": "x" * 31}, "ck_leases_secret_length"),
        ({"secret": "x" * 200}, "ck_leases_secret_length"),
        ({"mode": "publish"}, "ck_leases_mode"),
        ({"state": "lost"}, "ck_leases_state"),
        ({"state": "active"}, "ck_leases_active_is_verified"),
        ({"lease_seconds": 0}, "ck_leases_lease_seconds_positive"),
    ],
)
def test_the_database_refuses_a_lease_that_cannot_be(changes: dict[str, Any], constraint: str, make_lease: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        make_lease(**changes)


def test_no_two_leases_share_a_callback(make_lease: Any) -> None:
    key = make_lease().callback_key

    with pytest.raises(IntegrityError, match="uq_leases_callback_key"):
        make_lease(callback_key=key)
