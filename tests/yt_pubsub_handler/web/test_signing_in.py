"""Whoever signs in is who Reddit says, in the browser that asked, and goes where we chose and nobody else."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import UNREACHABLE, Reddit
from pipeline.rehearsal.reddit_people import consent
from tests.conftest import settings_for
from tests.yt_pubsub_handler.browser import HOST, Browser
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.web.conftest import MODERATOR, OTHER
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.web.paths import path_within

NOTHING = [(0, 0, 0)]
COUNTED = "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM sign_ins), (SELECT count(*) FROM moderators)"


def test_whoever_allows_it_is_signed_in(browser: Browser, rows: Rows) -> None:
    answer = browser.sign_in(MODERATOR)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/links")
    assert f"u/{MODERATOR}" in browser.get("/").text
    assert rows("SELECT name, reddit_id ~ '^t2_' FROM accounts") == [(MODERATOR, True)]
    assert rows("SELECT subreddit FROM moderators ORDER BY 1") == [("aww",), ("videos",)]


def test_reddit_is_asked_for_what_is_needed_and_no_more(browser: Browser) -> None:
    asked = parse_qs(urlsplit(browser.begin()).query)

    assert {name: asked[name] for name in ("scope", "duration", "response_type", "redirect_uri")} == {
        "scope": ["identity mysubreddits"],
        "duration": ["permanent"],
        "response_type": ["code"],
        "redirect_uri": [f"{HOST}/sign-in/callback"],
    }
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 43


def test_where_reddit_sends_people_back_to_is_not_the_requests_to_say(browser: Browser) -> None:
    answer = browser.get("/sign-in", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

    assert parse_qs(urlsplit(answer.headers["Location"]).query)["redirect_uri"] == [f"{HOST}/sign-in/callback"]


def test_a_code_is_of_use_only_with_the_verifier_of_its_browser(app: Flask, there: Reddit, rows: Rows) -> None:
    """Somebody who got hold of a code that was meant for another browser has the state, and not the verifier."""
    thief, victim = Browser(app), Browser(app)
    stolen = parse_qs(urlsplit(consent(victim.begin(), MODERATOR)).query)["code"][0]
    own_state = parse_qs(urlsplit(thief.begin()).query)["state"][0]

    answer = thief.get(f"/sign-in/callback?code={stolen}&state={own_state}")

    assert answer.status_code == 400
    assert "Reddit did not sign you in" in answer.text
    assert there.requests[-1] == "POST /api/v1/access_token"
    assert rows(COUNTED) == NOTHING


@pytest.mark.parametrize("state", ["", "state=wrong", "state=%F0%9F%92%A5", "state=&state=x"])
def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(
    state: str, browser: Browser, there: Reddit, rows: Rows
) -> None:
    code = parse_qs(urlsplit(consent(browser.begin(), MODERATOR)).query)["code"][0]
    asked = len(there.requests)

    answer = browser.get(f"/sign-in/callback?code={code}&{state}")

    assert answer.status_code == 400
    assert "does not belong to a sign-in that was begun in this browser" in answer.text
    assert (rows(COUNTED), len(there.requests)) == (NOTHING, asked)


def test_nobody_can_sign_somebody_else_in_as_themselves(app: Flask, rows: Rows) -> None:
    """Or what the victim links from then on would be seen by the attacker."""
    attacker, victim = Browser(app), Browser(app)
    address = consent(attacker.begin(), OTHER)

    assert victim.come_back(address).status_code == 400
    assert rows(COUNTED) == NOTHING


def test_an_answer_is_good_for_one_sign_in(browser: Browser, rows: Rows) -> None:
    address = consent(browser.begin(), MODERATOR)
    browser.come_back(address)

    assert browser.come_back(address).status_code == 400
    assert rows("SELECT count(*) FROM sign_ins") == [(1,)]


def test_a_stray_answer_does_not_disturb_the_sign_in_under_way(browser: Browser) -> None:
    address = consent(browser.begin(), MODERATOR)
    browser.get("/sign-in/callback?code=x&state=x")

    assert browser.come_back(address).status_code == 302


def test_who_does_not_allow_it_is_told_that_nothing_happened(browser: Browser, rows: Rows) -> None:
    answer = browser.come_back(consent(browser.begin(), MODERATOR, allow=False))

    assert answer.status_code == 403
    assert "You did not allow it at Reddit, so nothing was changed" in answer.text
    assert rows(COUNTED) == NOTHING


def test_what_reddit_says_about_an_error_is_not_repeated(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]

    answer = browser.get(f"/sign-in/callback?state={state}&error=%3Cscript%3Ealert(1)%3C/script%3E")

    assert answer.status_code == 400
    assert "script" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/access_token", "/api/v1/me", "/subreddits/mine/moderator"])
@pytest.mark.parametrize("status", [UNREACHABLE, 429, 500, 503, 302, 403])
def test_while_reddit_cannot_be_asked_nothing_changes(
    path: str, status: int, browser: Browser, there: Reddit, rows: Rows
) -> None:
    there.failing[path] = status

    answer = browser.sign_in(MODERATOR)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Reddit cannot be asked who you are now" in answer.text
    assert rows(COUNTED) == NOTHING
    there.failing.clear()
    assert browser.sign_in(MODERATOR).status_code == 302


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(app: Flask) -> None:
    """Session fixation: the attacker knows the cookie the victim comes with, and must not profit from it."""
    attacker, victim = Browser(app), Browser(app)
    attacker.begin()
    planted = attacker.cookie()
    victim.hold(planted)

    victim.sign_in(MODERATOR)

    assert planted
    assert victim.cookie() != planted
    attacker.hold(planted)
    assert MODERATOR not in attacker.get("/").text
    assert attacker.get("/account").status_code == 302


def test_the_token_of_forms_is_another_one_after_signing_in(app: Flask) -> None:
    """Else whoever planted a session could forge forms of whoever signed in with it."""
    victim = Browser(app)
    with victim.client.session_transaction(base_url=HOST) as session:
        session["csrf_token"] = "known to the attacker"

    victim.sign_in(MODERATOR)

    with victim.client.session_transaction(base_url=HOST) as session:
        assert session.get("csrf_token") != "known to the attacker"


def test_signing_in_again_ends_what_was_before(browser: Browser, there: Reddit, rows: Rows) -> None:
    address = browser.begin()
    under_way = browser.cookie()
    browser.come_back(consent(address, MODERATOR))
    before, [old] = browser.cookie(), rows("SELECT token_hash FROM sign_ins")

    second = Browser(browser.client.application)
    second.hold(before)
    with second.client.session_transaction(base_url=HOST) as session:
        session["signing_in"] = {"state": "s", "verifier": "v" * 43, "next": "/links"}
    second.come_back(consent(_address(there, "s", "v" * 43), OTHER))

    assert under_way
    assert rows("SELECT count(*) FROM sign_ins") == [(1,)]
    assert rows("SELECT token_hash FROM sign_ins") != [old]
    assert there.requests[-1] == "POST /api/v1/revoke_token"
    assert browser.get("/account").status_code == 302


def _address(there: Reddit, state: str, verifier: str) -> str:
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return (
        f"{there.url}/api/v1/authorize?client_id=stand-in&response_type=code&state={state}&duration=permanent"
        f"&redirect_uri={quote(f'{HOST}/sign-in/callback', safe='')}&scope=identity+mysubreddits"
        f"&code_challenge={challenge}&code_challenge_method=S256"
    )


def test_who_is_signed_in_is_not_asked_again(browser: Browser) -> None:
    browser.sign_in(MODERATOR)

    assert browser.get("/sign-in?next=/account").headers["Location"] == "/account"


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/links\r\nLocation: https://evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "%2f%2fevil.example",
    "/links/..//evil.example",
    "/.evil.example",
    "@evil.example",
    "evil.example",
    "/nowhere",
    "/sign-out",
    "/links\u2028",
    "/" + "a" * 5000,
    "",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_only_a_page_of_ours_is_kept_to_go_back_to(path: str) -> None:
    app = create_app(settings_for("postgresql://nobody@127.0.0.1/app"))
    with app.test_request_context("/", base_url=HOST):
        assert path_within(path) is None


@pytest.mark.parametrize("path", ELSEWHERE[:4])
def test_nobody_is_led_elsewhere_after_signing_in(path: str, browser: Browser) -> None:
    answer = browser.sign_in(MODERATOR, f"/sign-in?next={quote(path, safe='')}")

    assert answer.headers["Location"] == "/links"
    assert "evil" not in str(answer.headers)
    assert browser.get(f"/sign-in?next={quote(path, safe='')}").headers["Location"] == "/links"


@pytest.mark.parametrize("path", ["/account", "/links/new?subreddit=aww&x=%2F", "/"])
def test_whoever_came_for_a_page_gets_there(path: str, browser: Browser) -> None:
    answer = browser.sign_in(MODERATOR, f"/sign-in?next={quote(path, safe='')}")

    assert answer.headers["Location"] == path


def test_a_page_that_needs_it_leads_through_signing_in_and_back(browser: Browser) -> None:
    through = browser.get("/account?a=b").headers["Location"]

    assert through == "/sign-in?next=/account?a%3Db"
    assert browser.sign_in(MODERATOR, through).headers["Location"] == "/account?a=b"


def test_behind_a_stage_all_stays_below_it(app: Flask) -> None:
    """As Zappa runs it at API Gateway's own address."""
    client = app.test_client()

    def get(path: str) -> str:
        return client.get(path, base_url=f"{HOST}/production").headers["Location"]

    assert get("/account") == "/production/sign-in?next=/account"
    address = consent(get("/sign-in?next=/account"), MODERATOR)
    parts = urlsplit(address)

    assert get(f"{parts.path}?{parts.query}") == "/production/account"


def test_signing_in_and_out_logs_no_secret(
    browser: Browser, there: Reddit, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever any library says, at its most talkative."""
    caplog.set_level(logging.DEBUG)
    address = consent(browser.begin(), MODERATOR)
    browser.come_back(address)
    with browser.client.session_transaction(base_url=HOST) as session:
        held = session["sign_in"]
    given = [*there.tokens._refresh, *there.tokens._access]
    browser.get("/account")
    browser.post("/sign-out")

    secrets = [*given, held, *parse_qs(urlsplit(address).query)["code"], "a key of the test", "stand-in-secret"]
    assert len(secrets) >= 6
    assert [secret for secret in secrets if secret in caplog.text] == []
    assert "has signed in" in caplog.text


def test_what_the_database_holds_is_of_no_use_to_whoever_reads_it(browser: Browser, there: Reddit, rows: Rows) -> None:
    browser.sign_in(MODERATOR)
    with browser.client.session_transaction(base_url=HOST) as session:
        held = session["sign_in"]

    [stored] = rows("SELECT token_hash, access_token, refresh_token FROM sign_ins")

    tokens = [*there.tokens._refresh, *there.tokens._access]
    assert all(len(value) >= 64 for value in stored)
    assert [secret for secret in [*tokens, held] if any(secret in value for value in stored)] == []


def test_the_cookie_says_nothing_of_anybody(browser: Browser) -> None:
    browser.sign_in(MODERATOR)

    with browser.client.session_transaction(base_url=HOST) as session:
        assert set(session) <= {"sign_in", "_permanent", "csrf_token"}


def test_where_signing_in_is_not_set_up_people_are_told(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    values = {"DATABASE_URL": database_url, "SECRET_KEY": "s", "PUBLIC_URL": HOST}
    app = create_app(Settings.from_values(values, "the test"))

    answer = Browser(app).get("/sign-in")
    with app.app_context():
        db.engine.dispose()

    assert answer.status_code == 503
    assert "Signing in is not set up here yet" in answer.text
    assert "Signing in needs REDDIT_CLIENT_ID, REDDIT_CLIENT_SECRET, REDDIT_USER_AGENT" in caplog.text


def test_before_its_tables_are_there_signing_in_says_to_come_back(empty_app: Flask) -> None:
    """The release is there a moment before its schema, and after it where it is rolled back."""
    answer = Browser(empty_app).get("/sign-in")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
