"""The front page is what is still there when the database is not."""

from __future__ import annotations

from dataclasses import replace

from flask.testing import FlaskClient

from tests.yt_pubsub_handler.browser import Browser
from yt_pubsub_handler import create_app
from yt_pubsub_handler.settings import Settings


def test_the_front_page_says_what_this_is_without_a_database() -> None:
    app = create_app(Settings("postgresql+psycopg://u@127.0.0.1:1/none", "s", "https://app.example"))

    answer = app.test_client().get("/")

    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "New videos of a channel, on your subreddit" in answer.text


def test_it_has_one_thing_to_press(client: FlaskClient) -> None:
    text = client.get("/").text

    assert text.count('class="button"') == 1
    assert "Sign in with Reddit" in text


def test_whoever_is_signed_in_sees_it_without_a_database(browser: Browser, settings: Settings) -> None:
    browser.sign_in("Mia_Mod")
    assert "u/Mia_Mod" in browser.get("/").text
    away = create_app(replace(settings, database_url="postgresql+psycopg://u@127.0.0.1:1/none"))
    without = Browser(away)
    without.hold(browser.cookie())

    answer = without.get("/")

    assert (answer.status_code, "To your links" in answer.text) == (200, True)
    assert without.get("/links").status_code == 503
