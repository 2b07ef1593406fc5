"""Links are made, paused, removed and taken back by those who may, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import Reddit
from tests.yt_pubsub_handler.browser import Browser
from tests.yt_pubsub_handler.test_previewing import feed
from tests.yt_pubsub_handler.web.nasty import CHANNEL, OTHER_CHANNEL, link, post
from tests.yt_pubsub_handler.youtube import Said, YouTube
from yt_pubsub_handler.settings import keep_settings, settings_of

Rows = Callable[[str], list[tuple[Any, ...]]]

FORM = {
    "channel": CHANNEL,
    "subreddit": "aww",
    "title_template": "New: {title}",
    "include_words": "",
    "exclude_words": "#shorts",
}
MADE = "SELECT channel_id, subreddit, created_by, title_template, include_words, exclude_words FROM subscriptions"


@pytest.fixture(autouse=True)
def _youtube(app: Flask, youtube: YouTube) -> None:
    keep_settings(app, replace(settings_of(app), youtube_feed_url=f"{youtube.url}/feed"))
    youtube.answer = lambda _: Said(200, feed("A heron", "An owl #shorts", channel=CHANNEL))


def test_what_was_typed_is_shown_before_it_is_linked(mia: Browser, rows: Rows) -> None:
    answer = mia.post("/links/new", **FORM, step="preview")

    assert answer.status_code == 200
    assert "Birds &amp; Co" in answer.text
    assert "New: A heron" in answer.text
    assert "Left out: its title has the word #shorts." in answer.text
    assert rows(MADE) == []


def test_what_was_looked_at_is_linked(mia: Browser, rows: Rows) -> None:
    answer = mia.post("/links/new", **FORM, step="link")

    assert answer.status_code == 303
    after = mia.get(answer.headers["Location"]).text
    assert "Linked. From now on, what Birds &amp; Co puts up is posted to r/aww." in after
    assert rows(MADE) == [(CHANNEL, "aww", "Mia_Mod", "New: {title}", [], ["#shorts"])]


def test_what_is_not_meant_is_changed_with_all_that_was_typed(mia: Browser, rows: Rows) -> None:
    answer = mia.post("/links/new", **FORM, step="change")

    assert all(f'value="{value}"' in answer.text for value in FORM.values() if value)
    assert '<option value="aww" selected>' in answer.text
    assert rows(MADE) == []


def test_a_mistyped_id_is_said_beside_the_field(mia: Browser, youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(404)

    answer = mia.post("/links/new", **FORM)

    assert answer.status_code == 422
    assert answer.text.count(f"YouTube knows no such channel: {CHANNEL}.") == 2


def test_a_youtube_that_is_away_keeps_nobody_from_linking(mia: Browser, youtube: YouTube, rows: Rows) -> None:
    youtube.answer = lambda _: Said(500)

    shown = mia.post("/links/new", **FORM)
    mia.post("/links/new", **FORM, step="link")

    assert "YouTube cannot be asked about this channel just now: it answers 500." in shown.text
    assert len(rows(MADE)) == 1


def test_a_channel_is_not_linked_twice(mia: Browser, mine: int) -> None:
    answer = mia.post("/links/new", **FORM, step="link")

    assert answer.status_code == 422
    assert "This channel is linked to r/aww already." in answer.text


@pytest.mark.parametrize("subreddit", ["cats", "", "AWW/../cats"])
def test_nothing_is_linked_to_a_subreddit_of_others(subreddit: str, mia: Browser, rows: Rows) -> None:
    answer = mia.post("/links/new", **(FORM | {"subreddit": subreddit}), step="link")

    assert answer.status_code == 422
    assert rows(MADE) == []


def test_who_does_not_moderate_any_more_links_nothing(mia: Browser, there: Reddit, rows: Rows) -> None:
    there.people["Mia_Mod"] = {"videos"}

    assert mia.post("/links/new", **FORM, step="link").status_code == 403
    assert rows(MADE) == []


def test_fields_that_no_form_has_change_nothing(mia: Browser, mine: int, rows: Rows) -> None:
    more = {"id": "7", "created_by": "somebody", "destination": "discord", "target": "https://x.example"}
    more |= {"paused_at": "now"}

    mia.post("/links/new", **(FORM | {"channel": OTHER_CHANNEL, "subreddit": "videos"}), **more, step="link")
    mia.post(f"/links/{mine}/wording", title_template="{title}", subreddit="cats", channel_id=OTHER_CHANNEL, **more)

    assert rows(
        "SELECT subreddit, channel_id, created_by, destination, target, paused_at FROM subscriptions ORDER BY id"
    ) == [
        ("Aww", CHANNEL, "Mia_Mod", "reddit", None, None),
        ("videos", OTHER_CHANNEL, "Mia_Mod", "reddit", None, None),
    ]


def test_a_link_is_paused_and_resumed(mia: Browser, mine: int, rows: Rows) -> None:
    paused = mia.post(f"/links/{mine}/pause")

    assert paused.status_code == 303
    assert "Paused. What goes up meanwhile is not posted" in mia.get(paused.headers["Location"]).text
    assert rows("SELECT paused_at IS NULL FROM subscriptions") == [(False,)]
    mia.post(f"/links/{mine}/resume")
    assert rows("SELECT paused_at IS NULL FROM subscriptions") == [(True,)]


def test_a_removal_is_undone_by_one_button(mia: Browser, mine: int, rows: Rows) -> None:
    before = rows("SELECT * FROM subscriptions")
    removed = mia.post(f"/links/{mine}/remove")

    said = mia.get(removed.headers["Location"]).text.partition("<h1>")[0]
    assert f"<p>Removed {CHANNEL} from r/aww.</p>" in said
    assert f'action="/links/{mine}/undo"' in said
    page = mia.get("/links").text
    assert "from r/aww" not in page
    assert f'action="/links/{mine}/undo"' in page
    assert f'action="/links/{mine}/pause"' not in page
    assert mia.get(f"/links/{mine}").status_code == 404
    mia.post(f"/links/{mine}/undo")

    assert rows("SELECT * FROM subscriptions") == before


def test_an_undo_that_comes_twice_says_so(mia: Browser, mine: int) -> None:
    mia.post(f"/links/{mine}/remove")
    mia.post(f"/links/{mine}/undo")

    again = mia.post(f"/links/{mine}/undo")

    assert "or is undone already" in mia.get(again.headers["Location"]).text


def test_the_wording_is_changed(mia: Browser, mine: int, rows: Rows) -> None:
    mia.post(f"/links/{mine}/wording", title_template="{author}: {title}", include_words="heron, owl", exclude_words="")

    assert rows("SELECT title_template, include_words, exclude_words FROM subscriptions") == [
        ("{author}: {title}", ["heron", "owl"], [])
    ]
    assert 'value="heron, owl"' in mia.get(f"/links/{mine}/wording").text


CHANGES = ("pause", "resume", "remove", "undo", "wording", "posts/{post}/retry", "posts/{post}/dismiss")


def test_a_link_of_another_subreddit_is_not_there(app: Flask, browser: Browser, rows: Rows) -> None:
    with app.app_context():
        theirs = link("cats")
        failed = post(theirs, 1, state="failed")
        gone = link("cats", OTHER_CHANNEL, removed_at="now")
    browser.sign_in("Mia_Mod")
    before = rows("SELECT * FROM subscriptions ORDER BY id"), rows("SELECT * FROM posts")

    looked = [browser.get(f"/links/{theirs}{path}").status_code for path in ("", "/wording")]
    changed = [browser.post(f"/links/{theirs}/{path.format(post=failed)}").status_code for path in CHANGES]
    undone = browser.post(f"/links/{gone}/undo").status_code

    assert {*looked, *changed, undone} == {404}
    assert (rows("SELECT * FROM subscriptions ORDER BY id"), rows("SELECT * FROM posts")) == before
    assert "r/cats" not in browser.get("/links").text


def test_an_id_that_is_none_is_not_there(mia: Browser) -> None:
    ids = ["0", "7", "9223372036854775807", "9223372036854775808", "-1", "x", "1" * 40]

    assert {mia.get(f"/links/{each}").status_code for each in ids} == {404}


@pytest.mark.parametrize("path", CHANGES)
def test_who_does_not_moderate_any_more_changes_nothing(
    path: str, app: Flask, mia: Browser, mine: int, there: Reddit, rows: Rows
) -> None:
    """Each by itself: the first that asks Reddit makes it known to all that follow."""
    with app.app_context():
        failed = post(mine, 1, state="failed")
    there.people["Mia_Mod"] = {"videos"}
    before = rows("SELECT * FROM subscriptions"), rows("SELECT * FROM posts")

    assert mia.post(f"/links/{mine}/{path.format(post=failed)}").status_code == 403
    assert (rows("SELECT * FROM subscriptions"), rows("SELECT * FROM posts")) == before
    assert mia.get(f"/links/{mine}").status_code == 404


def test_a_form_that_is_too_large_is_refused(mia: Browser) -> None:
    assert mia.post("/links/new", **(FORM | {"include_words": "x" * 70_000})).status_code == 413
