"""
Without this file what YouTube sends would be XML and no more.

Fields go missing, fractions of seconds have none to nine digits, and one bad entry must not cost the others.
The body was signed, but its author may be anybody's hub: DTDs are refused, in whatever encoding they hide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from yt_pubsub_handler.notification import AnnouncedVideo, Notification, RemovedVideo

CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="

_TOPIC_FORMS = re.compile(rf"https?://www\.youtube\.com/(?:xml/)?feeds/videos\.xml\?channel_id=({CHANNEL_ID.pattern})")
_ATOM = "{http://www.w3.org/2005/Atom}"
_YOUTUBE = "{http://www.youtube.com/xml/schemas/2015}"
_TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
_VIDEO_REF = "yt:video:"
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d+))?\s*([Zz]|[+-]\d\d:?\d\d)?")


class UnusableFeed(Exception):
    """What was sent is no feed, or announces nothing; sending it again would not help."""


def read_notification(body: bytes, received_at: datetime) -> Notification:
    """
    Read what `body` announces; `received_at` stands in for a time the feed leaves out.

    An entry without a valid video and channel id is left out. Raises UnusableFeed when nothing is left, and
    for anything that is not well-formed XML without a DTD.
    """
    try:
        feed = ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        # ValueError and LookupError: an encoding the parser has never heard of, or a multi-byte one.
        raise UnusableFeed(f"not acceptable XML: {type(error).__name__}") from None
    notification = Notification(
        announced=tuple(_announced(feed, received_at)), removed=tuple(_removed(feed, received_at))
    )
    if not notification.announced and not notification.removed:
        raise UnusableFeed("neither an entry nor a tombstone with valid ids")
    return notification


def topic_of(channel_id: str) -> str:
    """Return the one form in which we ask for a channel."""
    return TOPIC + channel_id


def channel_of_topic(topic: str) -> str | None:
    """Return the channel of a topic in either form YouTube is met with, None for anything else."""
    form = _TOPIC_FORMS.fullmatch(topic)
    return form[1] if form else None


def _announced(feed: Element, received_at: datetime) -> Iterator[AnnouncedVideo]:
    for entry in feed.iter(f"{_ATOM}entry"):
        reference = _text(entry, f"{_ATOM}id").removeprefix(_VIDEO_REF)
        video_id = _matching(VIDEO_ID, _text(entry, f"{_YOUTUBE}videoId") or reference)
        channel_id = _matching(CHANNEL_ID, _text(entry, f"{_YOUTUBE}channelId"))
        if video_id and channel_id:
            published_at = _time(_text(entry, f"{_ATOM}published"))
            updated_at = _time(_text(entry, f"{_ATOM}updated"))
            yield AnnouncedVideo(
                video_id=video_id,
                channel_id=channel_id,
                title=_text(entry, f"{_ATOM}title"),
                author=_text(entry, f"{_ATOM}author/{_ATOM}name"),
                published_at=published_at or updated_at or received_at,
                updated_at=updated_at or published_at or received_at,
            )


def _removed(feed: Element, received_at: datetime) -> Iterator[RemovedVideo]:
    for tombstone in feed.iter(f"{_TOMBSTONES}deleted-entry"):
        video_id = _matching(VIDEO_ID, tombstone.get("ref", "").removeprefix(_VIDEO_REF))
        if video_id:
            by = _text(tombstone, f"{_TOMBSTONES}by/{_ATOM}uri") or _text(tombstone, f"{_ATOM}author/{_ATOM}uri")
            yield RemovedVideo(
                video_id=video_id,
                channel_id=_matching(CHANNEL_ID, by.rsplit("/", 1)[-1]),
                removed_at=_time(tombstone.get("when", "")) or received_at,
            )


def _text(element: Element, path: str) -> str:
    """Text without NUL and other characters PostgreSQL has no place for; XML has none, entities may."""
    return (element.findtext(path) or "").replace("\x00", "").strip()


def _matching(form: re.Pattern[str], text: str) -> str | None:
    return text if form.fullmatch(text) else None


def _time(text: str) -> datetime | None:
    """Python reads six digits of a fraction, YouTube writes nine: the rest is cut off."""
    form = _TIME.fullmatch(text.strip())
    if form is None:
        return None
    moment, fraction, zone = form.groups()
    try:
        read = datetime.fromisoformat(f"{moment}.{(fraction or '')[:6]:0<6}{(zone or 'Z').upper()}")
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
