"""A sign-in ends when it should, and what its owner may do follows what Reddit says."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from pipeline.rehearsal.reddit import UNREACHABLE, Reddit
from tests.yt_pubsub_handler.browser import HOST, Browser
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.web.conftest import MODERATOR, OPERATOR, OTHER
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.web import may, visitor


def age(postgresql: Any, change: str) -> None:
    with postgresql.transaction():
        postgresql.execute(f"UPDATE sign_ins SET {change}")  # noqa: S608 - the changes stand below.


@pytest.mark.parametrize(
    ("change", "lasts"),
    [
        ("seen_at = now() - interval '11 hours 59 minutes'", True),
        ("seen_at = now() - interval '12 hours 1 minute'", False),
        ("expires_at = now() + interval '1 minute'", True),
        ("expires_at = now() - interval '1 minute'", False),
        ("seen_at = now() - interval '1 hour', expires_at = now() - interval '1 second'", False),
    ],
)
def test_a_sign_in_ends_when_nobody_uses_it_and_at_the_latest_after_a_week(
    change: str, lasts: bool, browser: Browser, postgresql: Any
) -> None:
    browser.sign_in(MODERATOR)
    age(postgresql, change)

    assert browser.get("/account").status_code == (200 if lasts else 302)


def test_a_sign_in_is_for_a_week(browser: Browser, rows: Rows) -> None:
    browser.sign_in(MODERATOR)

    assert rows("SELECT expires_at - created_at = interval '7 days' FROM sign_ins") == [(True,)]


def test_using_it_keeps_it_and_does_not_write_each_time(browser: Browser, postgresql: Any, rows: Rows) -> None:
    browser.sign_in(MODERATOR)
    age(postgresql, "seen_at = now() - interval '11 hours', expires_at = expires_at - interval '11 hours'")
    ends = rows("SELECT expires_at FROM sign_ins")

    browser.get("/account")
    first = rows("SELECT seen_at FROM sign_ins")
    browser.get("/account")

    assert rows("SELECT now() - seen_at < interval '1 minute' FROM sign_ins") == [(True,)]
    assert rows("SELECT seen_at FROM sign_ins") == first
    assert rows("SELECT expires_at FROM sign_ins") == ends


def test_a_cookie_that_somebody_made_is_none(browser: Browser, app: Flask) -> None:
    browser.sign_in(MODERATOR)
    with browser.client.session_transaction(base_url=HOST) as session:
        token = session["sign_in"]
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    forged = [serializer.dumps({"sign_in": other}) for other in (token[:-1], token.swapcase(), "", 7, None, [token])]

    for cookie in ["nonsense", browser.cookie()[:-1] + "x", *forged]:
        browser.hold(cookie)
        assert browser.get("/account").status_code == 302


def test_a_key_that_was_changed_ends_every_sign_in(browser: Browser, settings: Settings, app: Flask) -> None:
    browser.sign_in(MODERATOR)
    other = Browser(create_app(replace(settings, secret_key="another key")))
    other.hold(browser.cookie())

    assert other.get("/account").status_code == 302
    with other.client.application.app_context():
        db.engine.dispose()


def test_a_form_that_was_open_when_the_sign_in_ended_says_so(browser: Browser, postgresql: Any) -> None:
    """And not that it had been forged."""
    browser.sign_in(MODERATOR)
    token = browser.form_token()
    age(postgresql, "expires_at = now()")
    browser.get("/account")

    answer = browser.post_bare("/account", csrf_token=token)

    assert answer.status_code == 401
    assert "Your visit has ended. Sign in, and do it once more." in answer.text


def test_operators_are_known_by_name_whatever_its_case(app: Flask) -> None:
    operator, moderator = Browser(app), Browser(app)
    operator.sign_in(OPERATOR)
    moderator.sign_in(MODERATOR)

    assert (operator.get("/operator").status_code, moderator.get("/operator").status_code) == (200, 404)


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """The app, with a page that changes something in whichever subreddit."""

    @app.post("/change/<subreddit>")
    @visitor.signed_in
    def change(subreddit: str) -> str:
        may.change(subreddit)
        who = visitor.current()
        return ", ".join(sorted(who.subreddits)) if who else "nobody"

    return app


def test_before_a_change_reddit_is_asked_anew(guarded: Flask, there: Reddit, rows: Rows) -> None:
    browser = Browser(guarded)
    browser.sign_in(MODERATOR)
    there.people[MODERATOR] = {"AWW", "birds"}

    answer = browser.post("/change/Aww")

    assert (answer.status_code, answer.text) == (200, "aww, birds")
    assert rows("SELECT subreddit FROM moderators ORDER BY 1") == [("aww",), ("birds",)]


def test_a_former_moderator_may_not_change_anything_and_sees_nothing_any_more(
    guarded: Flask, there: Reddit, rows: Rows
) -> None:
    browser = Browser(guarded)
    browser.sign_in(MODERATOR)
    there.people[MODERATOR] = {"videos"}

    first, second = browser.post("/change/Aww"), browser.post("/change/Aww")

    assert (first.status_code, second.status_code) == (403, 404)
    assert "You do not moderate r/Aww any more, so nothing was changed." in first.text
    assert rows("SELECT subreddit FROM moderators") == [("videos",)]


def test_of_others_subreddits_nobody_learns_anything_not_even_by_asking_reddit(guarded: Flask, there: Reddit) -> None:
    browser = Browser(guarded)
    browser.sign_in(OTHER)
    token, asked = browser.form_token(), len(there.requests)

    answer = browser.post_bare("/change/Aww", csrf_token=token)

    assert (answer.status_code, len(there.requests)) == (404, asked)


@pytest.mark.parametrize("status", [UNREACHABLE, 403, 429, 500, 302])
def test_while_reddit_cannot_be_asked_nothing_is_changed(
    status: int, guarded: Flask, there: Reddit, rows: Rows
) -> None:
    browser = Browser(guarded)
    browser.sign_in(MODERATOR)
    before = rows("SELECT * FROM moderators"), rows("SELECT access_token FROM sign_ins")
    there.failing["/subreddits/mine/moderator"] = status

    answer = browser.post("/change/aww")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Reddit cannot be asked now whether you moderate this subreddit, so nothing was changed" in answer.text
    assert (rows("SELECT * FROM moderators"), rows("SELECT access_token FROM sign_ins")) == before


@pytest.mark.parametrize("how", ["ended here", "ended at Reddit"])
def test_an_access_token_that_has_ended_is_replaced(
    how: str, guarded: Flask, there: Reddit, postgresql: Any, rows: Rows
) -> None:
    browser = Browser(guarded)
    browser.sign_in(MODERATOR)
    before = rows("SELECT access_token FROM sign_ins")
    if how == "ended here":
        age(postgresql, "access_token_expires_at = now()")
    else:
        there.forget_tokens()
    asked = len(there.requests)

    assert [browser.post("/change/aww").status_code for _ in range(2)] == [200, 200]

    assert there.requests[asked:].count("POST /api/v1/access_token") == 1
    assert rows("SELECT access_token FROM sign_ins") != before


def test_who_has_taken_it_back_at_reddit_has_to_sign_in_again(
    guarded: Flask, there: Reddit, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = Browser(guarded)
    browser.sign_in(MODERATOR)
    there.tokens.forget(MODERATOR)

    answer = browser.post("/change/aww")

    assert answer.status_code == 401
    assert "Reddit does not speak for you here any more" in answer.text
    assert rows("SELECT * FROM sign_ins") == []
    assert browser.get("/account").status_code == 302
    assert "has ended: Reddit says invalid_grant" in caplog.text


def test_a_sign_in_whose_tokens_cannot_be_read_has_ended(guarded: Flask, postgresql: Any, rows: Rows) -> None:
    browser = Browser(guarded)
    browser.sign_in(MODERATOR)
    age(postgresql, "access_token = 'x', refresh_token = 'x'")

    assert browser.post("/change/aww").status_code == 401
    assert rows("SELECT * FROM sign_ins") == []


def test_with_the_database_away_it_is_not_guessed_who_somebody_is(browser: Browser, postgresql: Any) -> None:
    browser.sign_in(MODERATOR)
    with postgresql.transaction():
        postgresql.execute("ALTER TABLE sign_ins RENAME TO elsewhere")

    assert browser.get("/account").status_code == 503
