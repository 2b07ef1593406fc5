"""No other site can send a form of ours in the name of whoever is signed in here."""

from __future__ import annotations

import re
import time

import pytest
from flask import Flask

from tests.conftest import settings_for
from tests.yt_pubsub_handler.browser import HOST, Browser
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.web.conftest import MODERATOR, OTHER
from yt_pubsub_handler import create_app

HOOK = "/pubsubhub/hook/<callback_key>"
KEPT = ("accounts", "sign_ins", "subscriptions", "posts")


def changing() -> list[str]:
    """Return every route that takes something else than GET, but the hub's, which signs what it sends."""
    app = create_app(settings_for("postgresql://nobody@127.0.0.1/app"))
    safe = {"GET", "HEAD", "OPTIONS"}
    return sorted(
        rule.rule for rule in app.url_map.iter_rules() if (rule.methods or set()) - safe and rule.rule != HOOK
    )


def somewhere(rule: str) -> str:
    return re.sub(r"<[^>]*>", "1", rule)


def test_there_are_such_routes_and_the_hubs_is_the_only_one_left_out() -> None:
    app = create_app(settings_for("postgresql://nobody@127.0.0.1/app"))
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}

    assert len(changing()) >= 10
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("rule", changing())
def test_a_form_without_its_token_changes_nothing(rule: str, app: Flask, rows: Rows) -> None:
    browser, neighbour = Browser(app), Browser(app)
    browser.sign_in(MODERATOR)
    neighbour.sign_in(OTHER)
    mine, theirs = browser.form_token(), neighbour.form_token()
    before = [rows(f"SELECT * FROM {table}") for table in KEPT]  # noqa: S608 - the names stand above.

    tokens = [
        "",
        "x",
        theirs,
        mine[:-5] + ("A" if mine[-5] != "A" else "B") + mine[-4:],
        mine.split(".", maxsplit=1)[0],
    ]
    answers = [browser.post_bare(somewhere(rule), csrf_token=token, confirm="yes") for token in tokens]

    assert [answer.status_code for answer in answers] == [400] * len(tokens)
    assert "The form had expired, or was not complete" in answers[0].text
    assert [rows(f"SELECT * FROM {table}") for table in KEPT] == before  # noqa: S608


@pytest.mark.parametrize("rule", changing())
def test_a_form_with_its_token_gets_past_that(rule: str, browser: Browser) -> None:
    """Or the one above would be right because nothing ever does."""
    browser.sign_in(MODERATOR)

    assert browser.post(somewhere(rule)).status_code in {200, 303, 404, 422}


def test_a_token_in_a_header_is_none(browser: Browser) -> None:
    browser.sign_in(MODERATOR)
    headers = {"X-CSRFToken": browser.form_token()}

    assert browser.client.post("/sign-out", base_url=HOST, headers=headers).status_code == 400


def test_a_form_may_stay_open_for_as_long_as_somebody_is_signed_in(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in(MODERATOR)
    token = browser.form_token()
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 11 * 3600)

    assert browser.post_bare("/sign-out", csrf_token=token).status_code == 303


def test_the_hub_needs_no_token(browser: Browser) -> None:
    assert browser.post_bare("/pubsubhub/hook/" + "k" * 43).status_code == 404


def test_what_is_not_there_is_not_there_with_or_without_a_token(browser: Browser) -> None:
    assert browser.post_bare("/nowhere").status_code == 404
    assert browser.post_bare("/operator").status_code == 405
