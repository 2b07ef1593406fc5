"""Somebody sees what is kept of them, and when they delete it nothing is left."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import UNREACHABLE, Reddit
from tests.yt_pubsub_handler.browser import Browser
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.web.conftest import MODERATOR, OTHER


@pytest.fixture
def links(postgresql: Any) -> None:
    """One link of the moderator's (whose name was typed by hand), one of somebody else's, one that nobody made."""
    made = [(MODERATOR.lower(), "aww", "1"), (OTHER, "cats", "2"), (None, "aww", "3")]
    with postgresql.transaction():
        for who, subreddit, number in made:
            postgresql.execute(
                "INSERT INTO subscriptions (channel_id, subreddit, created_by) VALUES (%s, %s, %s)",
                (f"UC{number * 22}", subreddit, who),
            )


def test_it_shows_all_that_is_kept(browser: Browser, links: None) -> None:
    browser.sign_in(MODERATOR)

    shown = browser.get("/account").text

    assert f"u/{MODERATOR}" in shown
    assert "r/aww, r/videos" in " ".join(shown.split())
    assert "1 browser<" in shown
    assert "The link that you made is removed" in shown


def test_deleting_it_leaves_nothing(app: Flask, there: Reddit, links: None, rows: Rows) -> None:
    browser, other_browser, neighbour = Browser(app), Browser(app, address="192.0.2.2"), Browser(app)
    for one in (browser, other_browser):
        one.sign_in(MODERATOR)
    neighbour.sign_in(OTHER)

    answer = browser.post("/account", confirm="yes")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Your account is deleted" in browser.get("/").text
    assert rows("SELECT name FROM accounts") == [(OTHER,)]
    assert rows("SELECT count(*) FROM sign_ins") == [(1,)]
    assert rows("SELECT subreddit FROM moderators") == [("cats",)]
    assert other_browser.get("/account").status_code == 302
    assert [grant.name for grant in there.tokens._refresh.values()] == ["stand_in_bot", OTHER]
    assert neighbour.get("/account").status_code == 200


def test_their_links_are_removed_and_do_not_name_them(browser: Browser, links: None, rows: Rows) -> None:
    browser.sign_in(MODERATOR)

    browser.post("/account", confirm="yes")

    assert rows("SELECT created_by, removed_at IS NOT NULL FROM subscriptions ORDER BY id") == [
        (None, True),
        (OTHER, False),
        (None, False),
    ]


def test_no_table_still_holds_their_name(browser: Browser, links: None, rows: Rows) -> None:
    browser.sign_in(MODERATOR)
    browser.post("/account", confirm="yes")

    tables = [name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    held = {table: rows(f"SELECT t::text FROM {table} t WHERE t::text ILIKE '%{MODERATOR}%'") for table in tables}  # noqa: S608 - the names are the catalog's.

    assert {"accounts", "subscriptions", "sign_ins"} <= set(tables)
    assert {table for table, found in held.items() if found} == set()


@pytest.mark.parametrize("fields", [{}, {"confirm": ""}, {"confirm": "no"}])
def test_who_has_not_ticked_it_is_asked_again(
    fields: dict[str, str], browser: Browser, links: None, rows: Rows
) -> None:
    browser.sign_in(MODERATOR)

    answer = browser.post("/account", **fields)

    assert answer.status_code == 422
    assert 'id="confirm-error"' in answer.text
    assert "Tick this first: nothing was deleted." in answer.text
    assert rows("SELECT count(*) FROM accounts") == [(1,)]
    assert rows("SELECT count(*) FROM subscriptions WHERE removed_at IS NULL") == [(3,)]


def test_nobody_names_the_account_that_is_deleted(app: Flask, rows: Rows) -> None:
    """Mass assignment: the form has one field, and what else is sent is not looked at."""
    victim, attacker = Browser(app), Browser(app)
    victim.sign_in(MODERATOR)
    attacker.sign_in(OTHER)
    [(account_id,)] = rows(f"SELECT id FROM accounts WHERE name = '{MODERATOR}'")  # noqa: S608

    attacker.post("/account", confirm="yes", account_id=str(account_id), id=str(account_id), name=MODERATOR)

    assert rows("SELECT name FROM accounts") == [(MODERATOR,)]


def test_it_needs_no_reddit(browser: Browser, there: Reddit, rows: Rows, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    browser.sign_in(MODERATOR)
    there.failing["/api/v1/revoke_token"] = UNREACHABLE

    assert browser.post("/account", confirm="yes").status_code == 303
    assert rows("SELECT count(*) FROM accounts") == [(0,)]
    assert MODERATOR not in caplog.text


def test_who_comes_again_begins_anew(browser: Browser, rows: Rows) -> None:
    browser.sign_in(MODERATOR)
    [before] = rows("SELECT id FROM accounts")
    browser.post("/account", confirm="yes")

    browser.sign_in(MODERATOR)

    assert rows("SELECT id FROM accounts") != [before]
    assert rows("SELECT count(*) FROM moderators") == [(2,)]
