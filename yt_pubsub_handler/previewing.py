"""
Without this file whoever mistypes a channel's id would wait for posts that never come.

The channel's feed is public, needs no key, and shows what it is called and what it put up last: so what the next post
would look like can be told by example. That YouTube does not answer keeps nobody from making a link.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy import select

from yt_pubsub_handler.channels import FoundChannel
from yt_pubsub_handler.database import db
from yt_pubsub_handler.feed_turns import quiet_until
from yt_pubsub_handler.fetching import CannotFetch, fetch
from yt_pubsub_handler.linking import Wording
from yt_pubsub_handler.models import Channel
from yt_pubsub_handler.notification import AnnouncedVideo
from yt_pubsub_handler.posting.wording import unwanted, worded
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.websub.feed import UnusableFeed, read_notification

LONGEST_TITLE = 300
"""What Reddit takes."""
_ANSWER_SECONDS = 8.0
_LARGEST_FEED = 1024 * 1024
_EXAMPLES = 3


class NoSuchChannel(Exception):
    """YouTube was asked, and knows no channel with this id."""


@dataclass(frozen=True)
class Example:
    """A video, and the title under which it would be posted; `unwanted` says why it would not be."""

    video_title: str
    post_title: str
    unwanted: str | None


@dataclass(frozen=True)
class Preview:
    """The channel with what YouTube says of it, and examples; `trouble` is why YouTube could not be asked."""

    channel: FoundChannel
    examples: tuple[Example, ...]
    trouble: str | None = None


def preview(channel: FoundChannel, wording: Wording, settings: Settings) -> Preview:
    """Look at the channel's feed, and show what its last videos would look like. Raises NoSuchChannel."""
    try:
        videos = _latest(channel.channel_id, settings)
    except CannotFetch as error:
        return Preview(channel, (next_title(channel, wording),), str(error))
    title = next((video.author for video in videos if video.author), None)
    named = replace(channel, title=channel.title or title)
    shown = tuple(example(video, wording) for video in videos[:_EXAMPLES])
    return Preview(named, shown or (next_title(named, wording),))


def example(video: AnnouncedVideo, wording: Wording) -> Example:
    """Show how `video` would be posted."""
    about = {
        "title": video.title,
        "author": video.author,
        "channel_id": video.channel_id,
        "video_id": video.video_id,
    }
    reason = unwanted(video.title, wording.include_words, wording.exclude_words)
    return Example(video.title, worded(wording.title_template, about, LONGEST_TITLE), reason)


def next_title(channel: FoundChannel, wording: Wording) -> Example:
    """Show how a video would be posted of which nothing is known yet."""
    about = {
        "title": "The next video’s title",
        "author": channel.title or "the channel’s name",
        "channel_id": channel.channel_id,
        "video_id": "dQw4w9WgXcQ",
    }
    return Example(about["title"], worded(wording.title_template, about, LONGEST_TITLE), None)


def _read_before(channel_id: str) -> bool:
    """Feeds of channels that are there have answered 404 for hours."""
    seen = select(Channel.channel_id).where(Channel.channel_id == channel_id, Channel.feed_read_at.is_not(None))
    return db.session.scalar(seen) is not None


def _latest(channel_id: str, settings: Settings) -> list[AnnouncedVideo]:
    """Return what the channel's feed has, newest first. Raises NoSuchChannel and CannotFetch."""
    if quiet_until(settings.youtube_feed_url):
        raise CannotFetch("it wants to be left alone for a while")
    address = f"{settings.youtube_feed_url}?{urlencode({'channel_id': channel_id})}"
    answer = fetch(address, {}, seconds=_ANSWER_SECONDS, largest=_LARGEST_FEED)
    if answer.status == 404 and not _read_before(channel_id):
        raise NoSuchChannel(f"YouTube knows no such channel: {channel_id}. Compare the id, letter by letter.")
    if answer.status != 200:
        raise CannotFetch(f"it answers {answer.status}")
    try:
        told = read_notification(answer.body, datetime.now(UTC))
    except UnusableFeed:
        return []  # The feed of a channel without a video is one.
    ours = [video for video in told.announced if video.channel_id == channel_id]
    return sorted(ours, key=lambda video: video.published_at, reverse=True)
