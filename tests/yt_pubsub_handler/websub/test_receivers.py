"""Whose secret a delivery is signed with is asked once; whether its lease has ended, each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.yt_pubsub_handler.conftest import RoundTrips, Rows
from tests.yt_pubsub_handler.websub.conftest import Deliver, MakeLease
from yt_pubsub_handler.models import Lease
from yt_pubsub_handler.websub import receivers
from yt_pubsub_handler.websub.receivers import find_receiver

VIDEOS = "SELECT count(*) FROM videos"


@pytest.fixture
def upload(samples: Path) -> bytes:
    return (samples / "upload.xml").read_bytes()


@pytest.fixture
def met(active_lease: Lease, deliver: Deliver) -> Lease:
    """Return a lease by which something has come already, and was ignored."""
    deliver(active_lease, b"<feed/>")
    return active_lease


def change(postgresql: Any, statement: str) -> None:
    postgresql.execute(statement)
    postgresql.commit()


def test_what_comes_by_a_lease_that_was_met_before_costs_one_round_trip(
    met: Lease, deliver: Deliver, upload: bytes, rows: Rows, round_trips: RoundTrips
) -> None:
    with round_trips() as sent:
        assert deliver(met, upload).status_code == 204

    assert len(sent) == 1
    assert rows(VIDEOS) == [(1,)]


def test_the_first_that_comes_by_a_lease_costs_one_more(
    active_lease: Lease, deliver: Deliver, upload: bytes, round_trips: RoundTrips
) -> None:
    with round_trips() as sent:
        assert deliver(active_lease, upload).status_code == 204

    assert len(sent) == 2


def test_a_lease_that_another_process_has_ended_takes_nothing_in(
    met: Lease, deliver: Deliver, upload: bytes, rows: Rows, postgresql: Any
) -> None:
    change(postgresql, "UPDATE leases SET mode = 'unsubscribe', state = 'unsubscribed'")

    answers = [deliver(met, body).status_code for body in (upload, b"<feed/>")]

    assert answers == [410, 410]
    assert rows(VIDEOS) == [(0,)]


def test_a_lease_that_was_pruned_is_found_out(
    met: Lease, deliver: Deliver, upload: bytes, rows: Rows, postgresql: Any
) -> None:
    """What has come is signed, and kept; but nobody knows the callback any more."""
    change(postgresql, "DELETE FROM leases")

    answers = [deliver(met, upload).status_code for _ in range(2)]

    assert answers == [204, 404]
    assert rows(VIDEOS) == [(1,)]


def test_a_lease_that_was_met_is_no_answer_when_its_table_is_away(
    met: Lease, deliver: Deliver, upload: bytes, postgresql: Any
) -> None:
    change(postgresql, "ALTER TABLE posts RENAME TO elsewhere")

    answer = deliver(met, upload)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_a_connection_that_died_while_nothing_came_is_no_reason_to_send_the_hub_away(
    met: Lease, deliver: Deliver, upload: bytes, rows: Rows, postgresql: Any
) -> None:
    """A sandbox wakes up with one whenever it has been frozen for long."""
    change(
        postgresql,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name LIKE 'yt-%' AND datname = current_database()",
    )

    assert deliver(met, upload).status_code == 204
    assert rows(VIDEOS) == [(1,)]


def test_a_callback_that_is_not_there_yet_is_looked_for_each_time(
    app: Flask, client: FlaskClient, make_lease: MakeLease, deliver: Deliver, upload: bytes
) -> None:
    key = "n" * 43
    assert client.post(f"/pubsubhub/hook/{key}", data=upload).status_code == 404

    assert deliver(make_lease(callback_key=key), upload).status_code == 204


def test_only_so_many_are_kept(app: Flask, make_lease: MakeLease, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "MOST_KEPT", 2)
    leases = [make_lease() for _ in range(5)]

    with app.app_context():
        found = [find_receiver(app, lease.callback_key) for lease in leases]

    assert [one.lease_id for one in found if one] == [lease.id for lease in leases]
    assert len(receivers._kept(app)) <= 2


def test_a_secret_is_not_shown(app: Flask, active_lease: Lease) -> None:
    with app.app_context():
        assert active_lease.secret not in repr(find_receiver(app, active_lease.callback_key))
