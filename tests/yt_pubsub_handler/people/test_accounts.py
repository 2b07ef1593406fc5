"""Somebody is who Reddit's id says, whatever they are called."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.yt_pubsub_handler.conftest import Rows
from yt_pubsub_handler.people import accounts
from yt_pubsub_handler.people.reddit_api import Person, Tokens
from yt_pubsub_handler.settings import Settings, settings_of

TOKENS = Tokens("access", 3600, None)
MIA = Person("t2_mia", "Mia")


@pytest.fixture(autouse=True)
def settings(app: Flask) -> Iterator[Settings]:
    with app.app_context():
        yield settings_of()


def sign_in(settings: Settings, person: Person, *subreddits: str) -> str:
    return accounts.sign_in(settings, person, TOKENS, frozenset(subreddits))


def test_somebody_who_is_called_differently_now_is_the_same(settings: Settings, rows: Rows) -> None:
    sign_in(settings, MIA)
    sign_in(settings, Person("t2_mia", "Mia_Renamed"))

    assert rows("SELECT reddit_id, name FROM accounts") == [("t2_mia", "Mia_Renamed")]


def test_somebody_else_by_the_same_name_does_not_get_the_account(settings: Settings, rows: Rows) -> None:
    first = sign_in(settings, MIA, "aww")
    second = sign_in(settings, Person("t2_other", "MIA"))

    assert rows("SELECT reddit_id, name FROM accounts ORDER BY id") == [("t2_mia", "[t2_mia]"), ("t2_other", "MIA")]
    found = [accounts.find(token) for token in (first, second)]
    assert [(one.name, one.subreddits) for one in found if one] == [("[t2_mia]", {"aww"}), ("MIA", frozenset())]


def test_each_browser_is_known_by_its_own_token(settings: Settings) -> None:
    first, second = sign_in(settings, MIA, "aww"), sign_in(settings, MIA, "aww")
    accounts.sign_out(settings, first)

    assert accounts.find(first) is None
    found = accounts.find(second)
    assert found is not None
    assert (found.name, found.subreddits) == ("Mia", frozenset({"aww"}))


def test_what_somebody_moderates_is_what_was_said_last(settings: Settings, rows: Rows) -> None:
    sign_in(settings, MIA, "aww", "videos")
    sign_in(settings, MIA, "videos", "Birds")

    assert rows("SELECT subreddit FROM moderators ORDER BY 1") == [("birds",), ("videos",)]


def test_what_is_noted_of_an_account_that_was_deleted_meanwhile_is_nothing(settings: Settings, rows: Rows) -> None:
    sign_in(settings, MIA)
    [(account_id,)] = rows("SELECT id FROM accounts")
    accounts.delete_account(settings, account_id)

    accounts.keep_moderated(account_id, frozenset({"aww"}))

    assert rows("SELECT * FROM moderators") == []


def test_whoever_signs_in_twice_at_once_is_signed_in_twice(app: Flask, settings: Settings, rows: Rows) -> None:
    failed: list[BaseException] = []

    def once(*subreddits: str) -> None:
        try:
            with app.app_context():
                for _ in range(5):
                    sign_in(settings, MIA, *subreddits)
        except BaseException as error:  # noqa: BLE001 - it is looked at below.
            failed.append(error)

    threads = [threading.Thread(target=once, args=names) for names in (("aww", "videos"), ("videos", "aww", "birds"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert rows("SELECT count(*) FROM sign_ins") == [(10,)]
    assert rows("SELECT count(*) FROM accounts") == [(1,)]
