"""The front page is what is still there when the database is not."""

from __future__ import annotations

from flask.testing import FlaskClient

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
