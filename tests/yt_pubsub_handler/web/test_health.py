"""What became of a link's videos is seen by its moderators, and decided by them where only a person can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from tests.yt_pubsub_handler.browser import Browser
from tests.yt_pubsub_handler.web.nasty import CHANNEL, HOUR, NOW, lease, link, post
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease

Rows = Callable[[str], list[tuple[Any, ...]]]


def shown(browser: Browser, path: str) -> str:
    """Return the page's text with its white space as a browser shows it."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


STANDINGS: list[tuple[dict[str, Any], str]] = [
    ({}, "Waiting for YouTube’s hub to confirm"),
    ({"state": "active", "verified_at": NOW - HOUR, "expires_at": NOW + HOUR}, "Live until <time"),
    (
        {"state": "active", "verified_at": NOW - HOUR, "expires_at": NOW + HOUR, "degraded_at": NOW - 2 * HOUR},
        "A push never came: <time",
    ),
    ({"state": "denied", "denied_at": NOW, "reason": "no such topic"}, "gives as its reason: “no such topic”"),
    ({"state": "denied", "denied_at": NOW}, "has denied to tell us, without a reason"),
    ({"state": "expired", "expires_at": NOW - HOUR}, "had promised us has ended"),
]


def test_where_we_stand_with_the_hub_is_said_in_plain_words(app: Flask, mia: Browser, mine: int) -> None:
    for columns, words in STANDINGS:
        with app.app_context():
            db.session.execute(delete(Lease))
            if columns:
                lease(CHANNEL, **columns)
            db.session.commit()

        assert words in shown(mia, f"/links/{mine}")


def test_posts_are_shown_with_their_reason_and_their_link(app: Flask, mia: Browser, mine: int) -> None:
    with app.app_context():
        post(mine, 1, "An owl", state="posted", posted_at=NOW, url="https://www.reddit.com/r/aww/comments/1")
        post(mine, 2, "A heron", state="failed", reason="only approved users may post")

    text = shown(mia, f"/links/{mine}")

    assert text.index("<h3>A heron</h3>") < text.index("<h3>An owl</h3>")
    assert 'href="https://www.reddit.com/r/aww/comments/1"' in text
    assert "only approved users may post" in text
    assert "1 posted, 1 failed, 0 skipped or still open" in text


def test_posts_come_by_the_page(app: Flask, mia: Browser, mine: int) -> None:
    with app.app_context():
        ids = [post(mine, number, f"Video {number}!", state="posted") for number in range(21)]

    first = shown(mia, f"/links/{mine}")
    second = shown(mia, f"/links/{mine}?before={ids[1]}")

    assert (f"?before={ids[1]}#posts" in first, "Video 0!" in first, "Video 0!" in second) == (True, False, True)
    assert "Newest posts" in second
    assert "Older posts" not in second


@pytest.mark.parametrize("before", ["x", "-1", "0", "9223372036854775808", "1;DROP"])
def test_a_page_that_is_none_is_the_first(before: str, mia: Browser, mine: int) -> None:
    assert "None yet. The next video that goes up is the first." in shown(mia, f"/links/{mine}?before={before}")


@pytest.mark.parametrize(
    ("press", "state", "words"),
    [("retry", "pending", "It is sent again"), ("dismiss", "skipped", "It is left as it is")],
)
@pytest.mark.parametrize(
    "waits", [{"state": "failed"}, {"state": "unknown", "asks_since": NOW}], ids=["failed", "unknown"]
)
def test_a_person_decides(
    press: str, state: str, words: str, waits: dict[str, Any], app: Flask, mia: Browser, mine: int, rows: Rows
) -> None:
    with app.app_context():
        waiting = post(mine, 1, **waits)
    assert f'action="/links/{mine}/posts/{waiting}/{press}"' in shown(mia, f"/links/{mine}")

    answer = mia.post(f"/links/{mine}/posts/{waiting}/{press}")

    assert words in shown(mia, answer.headers["Location"])
    assert rows("SELECT state FROM posts") == [(state,)]


@pytest.mark.parametrize("state", ["posted", "pending", "claimed", "skipped", "unknown"])
def test_where_nothing_is_to_be_decided_nothing_can_be(
    state: str, app: Flask, mia: Browser, mine: int, rows: Rows
) -> None:
    with app.app_context():
        done = post(mine, 1, state=state)
    assert "/retry" not in shown(mia, f"/links/{mine}")

    answer = mia.post(f"/links/{mine}/posts/{done}/retry")

    assert "Nothing was changed" in shown(mia, answer.headers["Location"])
    assert rows("SELECT state FROM posts") == [(state,)]


def test_the_post_of_another_link_is_not_there(app: Flask, mia: Browser, mine: int, rows: Rows) -> None:
    with app.app_context():
        theirs = post(link("cats"), 1, state="failed")

    assert mia.post(f"/links/{mine}/posts/{theirs}/retry").status_code == 404
    assert rows("SELECT state FROM posts") == [("failed",)]
