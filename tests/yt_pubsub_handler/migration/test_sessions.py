"""A server that cannot end a frozen client, or is not there, is named before anything is done."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from yt_pubsub_handler import create_app
from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration import mutex, sessions
from yt_pubsub_handler.migration.connections import milliseconds
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.sessions import Sessions
from yt_pubsub_handler.settings import Settings, settings_of

SEEN = ("application_name", "lock_timeout", "work_mem")


def test_a_server_that_is_too_old_is_refused(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "OLDEST_SERVER", 99)

    with pytest.raises(
        Refused, match=r"\[postgres-version\] Nothing was done: the server is PostgreSQL \d+\. .* 99 or"
    ):
        alembic_upgrade(empty_app)


def test_a_server_that_does_not_know_a_time_out_is_refused(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """One before 14 does not even let us connect with them."""
    monkeypatch.setattr(mutex, "OPTIONS", {"idle_sessions_time_out": "10s"})

    with pytest.raises(Refused, match=r"\[postgres-version\] .* does not know a time-out .* to 14 or later"):
        alembic_upgrade(empty_app)


def test_a_database_that_is_away_is_told_without_its_password() -> None:
    app = create_app(Settings("postgresql+psycopg://u:hidden@127.0.0.1:1/none", "s", "https://app.example"))

    with pytest.raises(Refused, match=r"\[unreachable\] Nothing was done: .* not answer \(no con") as error:
        alembic_upgrade(app)

    assert "hidden" not in str(error.value)


def test_a_lost_session_is_not_replaced_behind_our_back(empty_app: Flask) -> None:
    """SQLAlchemy would go on in a new one, which holds neither the mutex nor our time-outs."""
    session = Sessions(settings_of(empty_app)).open("lock", autocommit=True)
    session.invalidate()
    session.rollback()

    with pytest.raises(OperationalError, match="the session was lost, and is not replaced by another"):
        session.exec_driver_sql("SELECT 1")


def test_sessions_are_found_by_their_names_and_options_added_to_the_urls(empty_app: Flask) -> None:
    settings = settings_of(empty_app)
    url = f"{settings.database_url}?options=-c%20work_mem%3D77kB"
    opened = Sessions(Settings(url, "s", "https://app.example"))
    with opened.open("work", lock_timeout="5s") as first, opened.open("ledger") as second:
        ask = text(f"SELECT {', '.join(f'current_setting(:{name})' for name in SEEN)}")
        seen = [one.execute(ask, {name: name for name in SEEN}).one() for one in (first, second)]

    assert seen == [
        (f"yt-pubsub-handler migration work {opened.tag}", "5s", "77kB"),
        (f"yt-pubsub-handler migration ledger {opened.tag}", "4s", "77kB"),
    ]


def test_a_duration_never_means_for_ever() -> None:
    assert [milliseconds(seconds) for seconds in (0, 0.0001, 1.5)] == ["1ms", "1ms", "1500ms"]
