"""The front page is what is still there when the database is not."""

from __future__ import annotations

from yt_pubsub_handler import create_app
from yt_pubsub_handler.settings import Settings


def test_the_front_page_says_what_this_is_without_a_database() -> None:
    app = create_app(Settings("postgresql+psycopg://u@127.0.0.1:1/none", "s", "https://app.example"))

    answer = app.test_client().get("/")

    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "A video goes up on YouTube" in answer.text
