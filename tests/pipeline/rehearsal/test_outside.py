"""What the app meets in a rehearsal must notice an app that answers wrongly, or it would prove nothing."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from defusedxml import ElementTree

from pipeline.errors import Found
from pipeline.rehearsal.asking import request
from pipeline.rehearsal.outside import CHANNEL, Outside
from tests.pipeline.rehearsal.subscriber import App, subscribe

SAMPLE = Path("tests/samples/upload.xml")


def fields(document: bytes) -> list[str]:
    return [element.tag for element in ElementTree.fromstring(document).iter()]


def test_what_goes_up_is_delivered_signed_and_in_youtubes_form(outside: Outside, app: App) -> None:
    subscribe(outside, app)

    video = outside.publish("Tom & Jerry 🇦🇺")

    [(signature, body)] = app.delivered
    assert signature == "sha1=" + hmac.new(b"a secret", body, "sha1").hexdigest()
    assert fields(body) == fields(SAMPLE.read_bytes())
    assert video.title in [element.text for element in ElementTree.fromstring(body).iter()]
    assert abs((datetime.now(UTC) - video.published_at).total_seconds()) < 60


def test_a_channels_feed_has_its_newest_videos_and_nobody_elses(outside: Outside, app: App) -> None:
    subscribe(outside, app)
    videos = [outside.publish(f"Video {number}") for number in range(17)]

    feed = request("GET", f"{outside.settings()['YOUTUBE_FEED_URL']}?channel_id={CHANNEL}")
    nobody = request("GET", f"{outside.settings()['YOUTUBE_FEED_URL']}?channel_id=UC{'x' * 22}")

    ids = ElementTree.fromstring(feed.body).iterfind(".//{http://www.youtube.com/xml/schemas/2015}videoId")
    assert [one.text for one in ids] == [video.video_id for video in reversed(videos)][:15]
    assert nobody.status == 404


def test_an_app_that_never_subscribed_is_found_out(outside: Outside) -> None:
    with pytest.raises(Found, match=f"Nobody is subscribed to {CHANNEL} at the hub, which was asked 0 times"):
        outside.publish("A title")


@pytest.mark.parametrize("status", [403, 500, 503])
def test_an_app_that_does_not_take_a_delivery_is_found_out(outside: Outside, app: App, status: int) -> None:
    subscribe(outside, app)
    app.deliveries = [status]

    with pytest.raises(Found, match=f"does not take a signed notification: it answers .*{status}"):
        outside.publish("A title")


@pytest.mark.parametrize(
    "posts", [[], [("rehearsed", "A title")] * 2, [("another", "A title")], [("rehearsed", "Another title")]]
)
def test_a_video_that_is_not_posted_once_is_found_out(outside: Outside, app: App, posts: list[tuple[str, str]]) -> None:
    subscribe(outside, app)
    video = outside.publish("A title")
    for subreddit, title in posts:
        outside.reddit.submissions.make({"sr": subreddit, "title": title, "url": video.url}, 0)

    with pytest.raises(Found, match=f"once, in r/rehearsed as 'A title'; it has {re.escape(str(posts))}"):
        outside.insist_on_one_post(video)


def test_what_the_app_told_the_hub_is_a_secret(outside: Outside, app: App) -> None:
    subscribe(outside, app)

    assert {"a secret", "stand-in-secret", "stand-in-refresh"} <= set(outside.secrets())
