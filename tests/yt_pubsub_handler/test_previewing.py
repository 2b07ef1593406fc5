"""What a link would post is seen before it is made; a typing mistake in an id is, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape

import pytest
from flask import Flask

from tests.yt_pubsub_handler.youtube import Said, YouTube
from yt_pubsub_handler.channels import FoundChannel
from yt_pubsub_handler.database import db
from yt_pubsub_handler.feed_turns import keep_quiet
from yt_pubsub_handler.linking import Wording
from yt_pubsub_handler.models import Channel
from yt_pubsub_handler.previewing import Example, NoSuchChannel, Preview, preview
from yt_pubsub_handler.settings import Settings, settings_of

CHANNEL = FoundChannel("UC" + "x" * 22)
PLAIN = Wording()
_ENTRY = """<entry><yt:videoId>{video}</yt:videoId><yt:channelId>{channel}</yt:channelId><title>{title}</title>
<author><name>Birds &amp; Co</name></author><published>2026-11-{day:02}T10:00:00+00:00</published></entry>"""


def feed(*titles: str, channel: str = CHANNEL.channel_id) -> bytes:
    """Return a feed with these videos, each a day younger than the one before."""
    entries = [
        _ENTRY.format(video=f"VIDEOID{day:04}", channel=channel, title=escape(title), day=day)
        for day, title in enumerate(titles, 1)
    ]
    return (
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">'
        f"{''.join(entries)}</feed>"
    ).encode()


@pytest.fixture
def settings(app: Flask, youtube: YouTube) -> Iterator[Settings]:
    with app.app_context():
        yield replace(settings_of(), youtube_feed_url=f"{youtube.url}/feed")


def test_the_last_videos_show_what_posts_look_like(settings: Settings, youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(200, feed("oldest", "A heron", "An owl #shorts", "newest"))

    seen = preview(CHANNEL, Wording("{author}: {title}", (), ("#shorts",)), settings)

    assert seen == Preview(
        replace(CHANNEL, title="Birds & Co"),
        (
            Example("newest", "Birds & Co: newest", None),
            Example("An owl #shorts", "Birds & Co: An owl #shorts", "its title has the word #shorts"),
            Example("A heron", "Birds & Co: A heron", None),
        ),
    )
    assert [asked.path for asked in youtube.asked] == [f"/feed?channel_id={CHANNEL.channel_id}"]


def test_a_mistyped_id_is_told(settings: Settings, youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(404)

    with pytest.raises(NoSuchChannel, match=f"YouTube knows no such channel: {CHANNEL.channel_id}"):
        preview(CHANNEL, PLAIN, settings)


def test_a_channel_whose_feed_was_read_before_is_there(settings: Settings, youtube: YouTube) -> None:
    """Feeds answer 404 at times, and then not."""
    db.session.add(Channel(channel_id=CHANNEL.channel_id, feed_read_at="2026-11-01"))
    db.session.commit()
    youtube.answer = lambda _: Said(404)

    assert preview(CHANNEL, PLAIN, settings).trouble == "it answers 404"


def test_a_channel_without_a_video_is_one(settings: Settings, youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(200, feed())

    seen = preview(CHANNEL, Wording("New: {title}"), settings)

    assert (seen.trouble, [each.post_title for each in seen.examples]) == (None, ["New: The next video’s title"])


@pytest.mark.parametrize(
    ("said", "trouble"),
    [(Said(500), "it answers 500"), (Said(200, b"x", promised=50), "the answer broke off")],
)
def test_a_youtube_that_does_not_answer_is_said(said: Said, trouble: str, settings: Settings, youtube: YouTube) -> None:
    youtube.answer = lambda _: said

    seen = preview(CHANNEL, PLAIN, settings)

    assert (seen.trouble, len(seen.examples)) == (trouble, 1)


def test_a_youtube_that_wants_to_be_left_alone_is_not_asked(settings: Settings, youtube: YouTube) -> None:
    keep_quiet(settings.youtube_feed_url, 60, "answered 429")

    assert preview(CHANNEL, PLAIN, settings).trouble == "it wants to be left alone for a while"
    assert youtube.asked == []


def test_a_feed_that_speaks_of_another_channel_says_nothing_of_ours(settings: Settings, youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(200, feed("not ours", channel="UC" + "y" * 22))

    seen = preview(CHANNEL, PLAIN, settings)

    assert (seen.channel.title, [each.video_title for each in seen.examples]) == (None, ["The next video’s title"])
