"""Anyone can subscribe our callback with a secret of their own; what we confirm is what we then depend on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from yt_pubsub_handler.models import Lease
from yt_pubsub_handler.websub.feed import topic_of

CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"
DAY = 86400

Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Return a function that verifies as Google's hub does; keywords replace or, as None, leave out."""

    def verify(lease: Lease, **changes: Any) -> TestResponse:
        said = {
            "mode": "subscribe",
            "topic": topic_of(CHANNEL),
            "challenge": "<b>challenge</b>",
            "lease_seconds": str(5 * DAY),
            "verify_token": lease.verify_token,
        } | changes
        query = {f"hub.{name}": value for name, value in said.items() if value is not None}
        return client.get(f"/pubsubhub/hook/{lease.callback_key}", query_string=query)

    return verify


def standing(rows: Any) -> tuple[Any, ...]:
    """Return the lease's state, the days it has left and the seconds it was granted."""
    [row] = rows("SELECT state, round(extract(epoch FROM expires_at - now()) / 86400), lease_seconds FROM leases")
    return tuple(row)


def test_what_we_asked_for_is_confirmed_with_the_bare_challenge(make_lease: Any, ask: Ask, rows: Any) -> None:
    answer = ask(make_lease())

    assert (answer.status_code, answer.data) == (200, b"<b>challenge</b>")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert standing(rows) == ("active", 5, 5 * DAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"mode": None},
        {"topic": topic_of("UC" + "y" * 22)},
        {"topic": None},
        {"challenge": None},
        {"challenge": ""},
        {"verify_token": None},
        {"verify_token": "guess"},
        {"verify_token": "é"},
        {"lease_seconds": None},
        {"lease_seconds": "0"},
        {"lease_seconds": "-1"},
        {"lease_seconds": "1e9"},
        {"lease_seconds": "٣"},
    ],
)
def test_anything_else_is_not_found_and_changes_nothing(
    changes: dict[str, Any], make_lease: Any, ask: Ask, rows: Any
) -> None:
    answer = ask(make_lease(), **changes)

    assert answer.status_code == 404
    assert b"challenge" not in answer.data
    assert standing(rows) == ("pending", None, None)


def test_a_hub_that_does_not_echo_the_token_is_confirmed_without(make_lease: Any, ask: Ask, rows: Any) -> None:
    answer = ask(make_lease(hub_echoes_token=False))

    assert answer.status_code == 200
    assert standing(rows) == ("active", 5, 5 * DAY)


def test_the_other_form_of_the_topic_is_the_same_topic(make_lease: Any, ask: Ask) -> None:
    topic = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"

    assert ask(make_lease(), topic=topic).status_code == 200


def test_a_hub_cannot_keep_us_from_asking_again_for_years(make_lease: Any, ask: Ask, rows: Any) -> None:
    ask(make_lease(), lease_seconds=str(3650 * DAY))

    assert standing(rows) == ("active", 30, 30 * DAY)


def test_a_live_lease_verified_again_unasked_stays_and_is_not_lengthened(
    active_lease: Lease, ask: Ask, rows: Any
) -> None:
    """Google's hub does so, and gives up a subscription that answers 404."""
    longer = ask(active_lease, lease_seconds=str(10 * DAY))
    after_longer = standing(rows)
    shorter = ask(active_lease, lease_seconds=str(2 * DAY))

    assert (longer.status_code, shorter.status_code) == (200, 200)
    assert after_longer == ("active", 5, 10 * DAY)
    assert standing(rows) == ("active", 2, 2 * DAY)


@pytest.mark.parametrize(("hours", "status"), [(0, 200), (2, 404)])
def test_a_hub_without_tokens_verifies_unasked_only_what_was_just_asked_for(
    hours: int, status: int, make_lease: Any, ask: Ask
) -> None:
    """Its first answer may have been lost; later, only somebody else's request would explain it."""
    now = datetime.now(UTC)
    asked = now - timedelta(hours=hours)
    live = {"state": "active", "verified_at": now, "expires_at": now + timedelta(days=5)}

    assert ask(make_lease(hub_echoes_token=False, requested_at=asked, **live)).status_code == status


def test_a_renewal_we_asked_for_lengthens_the_lease(make_lease: Any, ask: Ask, rows: Any) -> None:
    now = datetime.now(UTC)
    lease = make_lease(
        state="active",
        verified_at=now - timedelta(days=4),
        expires_at=now + timedelta(days=1),
        requested_at=now,
    )

    answer = ask(lease, lease_seconds=str(10 * DAY))

    assert answer.status_code == 200
    assert standing(rows) == ("active", 10, 10 * DAY)


@pytest.mark.parametrize("state", ["expired", "unsubscribed"])
def test_what_has_ended_is_not_brought_back_by_the_hub(state: str, make_lease: Any, ask: Ask, rows: Any) -> None:
    assert ask(make_lease(state=state)).status_code == 404
    assert standing(rows)[0] == state


def test_an_unsubscription_we_asked_for_is_confirmed_as_often_as_asked(make_lease: Any, ask: Ask, rows: Any) -> None:
    now = datetime.now(UTC)
    lease = make_lease(mode="unsubscribe", state="active", verified_at=now, expires_at=now)

    answers = [ask(lease, mode="unsubscribe", lease_seconds=None) for _ in range(2)]

    assert [(answer.status_code, answer.data) for answer in answers] == [(200, b"<b>challenge</b>")] * 2
    assert standing(rows)[0] == "unsubscribed"


def test_an_unsubscription_nobody_asked_for_is_refused(active_lease: Lease, ask: Ask, rows: Any) -> None:
    assert ask(active_lease, mode="unsubscribe").status_code == 404
    assert standing(rows)[0] == "active"


def denial(rows: Any) -> tuple[Any, ...]:
    [row] = rows("SELECT state, denied_at IS NOT NULL, reason FROM leases")
    return tuple(row)


def test_a_denial_of_a_request_is_recorded_with_its_reason(make_lease: Any, ask: Ask, rows: Any) -> None:
    answer = ask(make_lease(), mode="denied", reason="no such \x00feed", verify_token=None, challenge=None)

    assert (answer.status_code, answer.data) == (200, b"")
    assert denial(rows) == ("denied", True, "no such feed")


def test_a_denial_does_not_end_a_live_lease(active_lease: Lease, ask: Ask, rows: Any) -> None:
    """It is unauthenticated: whoever knows the callback could silence a channel."""
    ask(active_lease, mode="denied", reason="x" * 1000)

    assert denial(rows) == ("active", True, "x" * 500)


def test_a_denied_request_may_still_be_granted(make_lease: Any, ask: Ask, rows: Any) -> None:
    lease = make_lease()
    ask(lease, mode="denied")

    assert ask(lease).status_code == 200
    assert standing(rows)[0] == "active"


def test_a_denial_of_another_topic_is_not_found(make_lease: Any, ask: Ask, rows: Any) -> None:
    assert ask(make_lease(), mode="denied", topic="https://other.example/").status_code == 404
    assert denial(rows) == ("pending", False, None)


@pytest.mark.parametrize("key", ["x" * 43, "short", "x" * 5000, "%00", "a'b"])
def test_an_unknown_callback_is_not_found(client: FlaskClient, key: str) -> None:
    assert client.get(f"/pubsubhub/hook/{key}?hub.mode=subscribe").status_code == 404


def test_a_denial_puts_asking_off_but_only_once_for_each_request(make_lease: Any, ask: Ask, rows: Any) -> None:
    """Whoever knows the callback could keep saying so."""
    lease, due = make_lease(), "SELECT due_at > now() + interval '5 hours', due_at FROM leases"
    ask(lease, mode="denied")
    first = rows(due)
    ask(lease, mode="denied")

    assert first[0][0] is True
    assert rows(due) == first


def test_a_denial_is_kept_without_what_only_the_hub_and_we_know(make_lease: Any, ask: Ask, rows: Any) -> None:
    lease = make_lease()

    ask(lease, mode="denied", reason=f"bad {lease.callback_key} {lease.secret} {lease.verify_token}!")

    assert denial(rows) == ("denied", True, "bad   !")


def test_a_confirmed_lease_is_renewed_after_half_of_what_was_granted(make_lease: Any, ask: Ask, rows: Any) -> None:
    ask(make_lease(attempts=3, reason="HTTP 500"))

    [(hours, *rest)] = rows("SELECT extract(epoch FROM due_at - now()) / 3600, attempts, reason FROM leases")
    assert 59 < hours <= 80
    assert rest == [0, None]


def test_a_shorter_grant_unasked_is_renewed_sooner_and_a_longer_one_no_later(
    active_lease: Lease, ask: Ask, rows: Any, postgresql: Any
) -> None:
    postgresql.execute("UPDATE leases SET due_at = now() + interval '3 days'")
    postgresql.commit()
    hours = "SELECT round(extract(epoch FROM due_at - now()) / 3600) FROM leases"

    ask(active_lease, lease_seconds=str(10 * DAY))
    after_longer = rows(hours)
    ask(active_lease, lease_seconds=str(DAY))

    assert after_longer == [(72,)]
    assert 12 <= rows(hours)[0][0] <= 16
