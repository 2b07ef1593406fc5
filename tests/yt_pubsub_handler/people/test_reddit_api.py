"""Each answer of Reddit about somebody means one thing, and no token goes where it does not belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.rehearsal.reddit import UNREACHABLE, Reddit
from pipeline.rehearsal.reddit_tokens import Grant
from tests.yt_pubsub_handler.youtube import Said, YouTube
from yt_pubsub_handler.people import reddit_api
from yt_pubsub_handler.people.reddit_api import CannotAskReddit, NotAllowed, NotSetUp, Person
from yt_pubsub_handler.settings import Settings

BASE = {"DATABASE_URL": "postgresql://h/d", "SECRET_KEY": "s", "PUBLIC_URL": "https://app.example"}
CALLBACK = "https://app.example/sign-in/callback"
SCOPES = frozenset({"identity", "mysubreddits"})


@pytest.fixture
def there() -> Iterator[Reddit]:
    there = Reddit()
    there.people["Mia"] = {"Aww", "videos"}
    yield there
    there.close()


@pytest.fixture
def settings(there: Reddit) -> Settings:
    return Settings.from_values(BASE | there.settings(), "the test")


def allowed(there: Reddit, settings: Settings) -> reddit_api.Tokens:
    code = there.tokens.allow(Grant("Mia", SCOPES, permanent=True, redirect_uri=CALLBACK))
    return reddit_api.exchange(settings, CALLBACK, code, "v" * 43)


def test_it_tells_who_somebody_is_and_what_they_moderate(there: Reddit, settings: Settings) -> None:
    tokens = allowed(there, settings)

    assert reddit_api.me(settings, tokens.access) == Person(f"t2_{there.accounts.id_of('Mia')}", "Mia")
    assert reddit_api.moderated(settings, tokens.access) == {"aww", "videos"}


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_it_reads_the_list_to_its_end(count: int, there: Reddit, settings: Settings) -> None:
    there.people["Mia"] = {f"sub{number}" for number in range(count)}

    assert reddit_api.moderated(settings, allowed(there, settings).access) == there.people["Mia"]


def test_a_list_without_an_end_is_no_answer(settings: Settings, youtube: YouTube) -> None:
    """Half a list would take rights away from somebody who has them."""
    child = b'{"data": {"display_name": "aww", "subreddit_type": "public"}}'
    youtube.answer = lambda _: Said(200, b'{"data": {"after": "t5_x", "children": [' + child + b"]}}")

    with pytest.raises(CannotAskReddit, match="no end"):
        reddit_api.moderated(_led_to(youtube, settings), "token")


def test_the_profile_of_a_person_is_no_subreddit(settings: Settings, youtube: YouTube) -> None:
    children = b'{"data": {"display_name": "u_Mia", "subreddit_type": "user"}}, {"data": {"display_name": "Aww"}}'
    youtube.answer = lambda _: Said(200, b'{"data": {"after": null, "children": [' + children + b"]}}")

    assert reddit_api.moderated(_led_to(youtube, settings), "token") == {"aww"}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Our CDN was unable to reach our servers</html>",
        b"[]",
        b"null",
        b"{}",
        b'{"data": null}',
        b'{"data": {"children": null}}',
        b'{"data": {"children": [null]}}',
        b'{"data": {"children": [{}]}}',
        b'{"data": {"children": [{"data": {"display_name": 7}}]}}',
        b"\xff\xfe",
    ],
)
def test_an_answer_in_another_form_is_none(body: bytes, settings: Settings, youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(200, body)
    elsewhere = _led_to(youtube, settings)

    for ask in (reddit_api.me, reddit_api.moderated):
        with pytest.raises(CannotAskReddit):
            ask(elsewhere, "token")
    with pytest.raises(CannotAskReddit):
        reddit_api.moderators_of(elsewhere, "token", "aww")
    with pytest.raises(CannotAskReddit):
        reddit_api.exchange(elsewhere, CALLBACK, "code", "v" * 43)
    with pytest.raises(CannotAskReddit):
        reddit_api.refresh(elsewhere, "token")


@pytest.mark.parametrize("status", [UNREACHABLE, 302, 403, 404, 429, 500, 503])
def test_where_reddit_says_nothing_of_somebody_nothing_is_known(status: int, there: Reddit, settings: Settings) -> None:
    tokens = allowed(there, settings)
    for path in ("/api/v1/me", "/api/v1/access_token", "/api/v1/revoke_token"):
        there.failing[path] = status

    with pytest.raises(CannotAskReddit):
        reddit_api.me(settings, tokens.access)
    with pytest.raises(CannotAskReddit):
        reddit_api.refresh(settings, str(tokens.refresh))
    with pytest.raises(CannotAskReddit):
        reddit_api.revoke(settings, str(tokens.refresh))


def test_a_token_that_was_taken_back_is_not_allowed(there: Reddit, settings: Settings) -> None:
    tokens = allowed(there, settings)
    reddit_api.revoke(settings, str(tokens.refresh))

    with pytest.raises(NotAllowed):
        reddit_api.me(settings, tokens.access)
    with pytest.raises(NotAllowed):
        reddit_api.refresh(settings, str(tokens.refresh))


def test_credentials_of_ours_that_are_wrong_are_not_the_persons_fault(there: Reddit) -> None:
    settings = Settings.from_values(BASE | there.settings() | {"REDDIT_CLIENT_SECRET": "wrong"}, "the test")

    with pytest.raises(CannotAskReddit):
        reddit_api.exchange(settings, CALLBACK, "code", "v" * 43)


def test_what_is_missing_in_the_settings_is_named() -> None:
    settings = Settings.from_values(BASE | {"REDDIT_CLIENT_ID": "x"}, "the test")

    with pytest.raises(NotSetUp, match="Signing in needs REDDIT_CLIENT_SECRET, REDDIT_USER_AGENT"):
        reddit_api.authorize_address(settings, CALLBACK, "state")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_takes_a_token_elsewhere(status: int, settings: Settings, youtube: YouTube) -> None:
    came: list[str] = []

    class Thief(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.path)
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

    thief = ThreadingHTTPServer(("127.0.0.1", 0), Thief)
    threading.Thread(target=thief.serve_forever, kwargs={"poll_interval": 0.05}).start()
    youtube.answer = lambda _: Said(status, b"", {"Location": f"http://127.0.0.1:{thief.server_port}/"})
    elsewhere = _led_to(youtube, settings)
    try:
        with pytest.raises(CannotAskReddit):
            reddit_api.me(elsewhere, "token")
        # The stand-in takes GET alone, and whoever posts there is told so: that is no redirect, and goes nowhere.
        with pytest.raises(CannotAskReddit):
            reddit_api.refresh(elsewhere, "token")
    finally:
        thief.shutdown()
        thief.server_close()

    assert came == []


def test_what_went_wrong_is_told_without_a_token_or_an_address(there: Reddit, settings: Settings) -> None:
    there.close()

    with pytest.raises(CannotAskReddit) as raised:
        reddit_api.me(settings, "the-token")

    assert str(raised.value) == "Reddit cannot be reached: ConnectionError"
    assert raised.value.__cause__ is None
    assert "the-token" not in repr(reddit_api.Tokens("the-token", 1, "the-token"))


def _led_to(youtube: YouTube, settings: Settings) -> Settings:
    return replace(settings, reddit_url=youtube.url, reddit_oauth_url=youtube.url)
