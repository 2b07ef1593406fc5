"""Whoever tries the app out publishes videos by a form, and sees what became of them."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from pipeline.rehearsal.asking import Answer, request
from pipeline.rehearsal.outside import CHANNEL, Outside
from tests.pipeline.rehearsal.subscriber import App, subscribe


def publish(outside: Outside, **form: str) -> str:
    answer = request("POST", f"{outside.hub.url}publish", urlencode(form).encode())
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    return request("GET", outside.hub.url).body.decode()


def test_what_the_form_says_goes_up_and_is_told(outside: Outside, app: App) -> None:
    subscribe(outside, app)

    shown = publish(outside, channel=CHANNEL, title="<b>Bold</b>")

    assert len(app.delivered) == 1
    assert "&lt;b&gt;Bold&lt;/b&gt;</a> is up, and the app was told." in shown
    assert "<code>UCrehearsed-channel-0001</code>, followed by the app" in shown


@pytest.mark.parametrize("form", [{"channel": CHANNEL, "title": " "}, {"channel": "another", "title": "A title"}, {}])
def test_what_is_no_video_is_not_published(outside: Outside, form: dict[str, str]) -> None:
    before = len(outside.youtube.videos)

    assert "Nothing was published" in publish(outside, **form)
    assert len(outside.youtube.videos) == before


def test_that_nobody_follows_the_channel_is_told(outside: Outside) -> None:
    shown = publish(outside, channel=CHANNEL, title="A title")

    assert "“A title” is up. Nobody is subscribed to" in shown
    assert "<code>UCrehearsed-channel-0001</code>, not followed yet" in shown


def test_a_subreddits_page_has_its_posts_and_no_others(outside: Outside) -> None:
    for subreddit, title in (("rehearsed", "<i>One</i>"), ("cats", "Two")):
        outside.reddit.submissions.make({"sr": subreddit, "title": title, "url": "https://youtu.be/x"}, 0)

    shown = request("GET", f"{outside.reddit.url}/r/Rehearsed").body.decode()

    assert ("&lt;i&gt;One&lt;/i&gt;" in shown, "Two" in shown) == (True, False)
    assert '<a href="/r/cats">r/cats</a>' in request("GET", outside.reddit.url).body.decode()


def asked(outside: Outside, handle: str, key: str) -> Answer:
    address = f"{outside.settings()['YOUTUBE_API_URL']}/channels?{urlencode({'part': 'snippet', 'forHandle': handle})}"
    return request("GET", address, headers={"X-Goog-Api-Key": key})


def test_a_channel_is_found_by_its_handle(outside: Outside) -> None:
    key = outside.settings()["YOUTUBE_API_KEY"]

    found, nobody = (json.loads(asked(outside, handle, key).body) for handle in ("@Rehearsals", "@nobody"))

    [item] = found["items"]
    assert (item["id"], item["snippet"]) == (CHANNEL, {"title": "Rehearsals Weekly", "customUrl": "@rehearsals"})
    assert "items" not in nobody
    assert asked(outside, "@rehearsals", "another").status == 400
