"""
Without this file a push that never came would be a video that nobody hears of.

Each channel's feed is read now and then, and what it tells is recorded like a notification, so that each video is
still posted once. A video that a push should have brought shows that the lease does not work: it is marked.
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select, update

from yt_pubsub_handler import relay
from yt_pubsub_handler.database import db
from yt_pubsub_handler.feed_turns import (
    Turn,
    add_channels,
    end_quiet,
    end_turn,
    keep_quiet,
    put_off,
    quiet_until,
    take_turn,
)
from yt_pubsub_handler.fetching import Answer, CannotFetch, fetch
from yt_pubsub_handler.models import Lease, Video
from yt_pubsub_handler.notification import AnnouncedVideo, Notification
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.websub.feed import UnusableFeed, read_notification

logger = logging.getLogger(__name__)

PATIENCE_WITH_PUSHES = timedelta(minutes=10)
"""Google's hub tries for eight minutes to deliver what was not taken at once."""
_SAME = timedelta(minutes=1)
"""A push has fractions of a second where the feed has none; an edit is later than that."""
_ANSWER_SECONDS = 10.0
_LARGEST_FEED = 1024 * 1024
_BETWEEN_FEEDS = 0.2
_LONGEST_RUN = 240.0
"""A run starts every five minutes, and one is enough."""
_FAILURES_IN_A_ROW = 5
"""Then it is not the channels' fault, and the next run tries again."""


class _Busy(Exception):
    """YouTube wants all of us to wait."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(f"answered {status}")
        self.seconds = seconds


@dataclass(frozen=True)
class Reconciled:
    """How many feeds were read, had nothing new or failed, and what was found in them."""

    read: int = 0
    unchanged: int = 0
    failed: int = 0
    new: int = 0
    edited: int = 0
    queued: int = 0
    degraded: int = 0

    def __add__(self, other: Reconciled) -> Reconciled:
        mine, theirs = asdict(self), asdict(other)
        return Reconciled(**{name: mine[name] + theirs[name] for name in mine})

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def reconcile(app: Flask, seconds: float = math.inf, pause: float = _BETWEEN_FEEDS) -> Reconciled:
    """Read the feeds that are due, one after the other, until none is or `seconds` are over."""
    with app.app_context():
        add_channels()
        return _read_all(time.monotonic() + min(seconds, _LONGEST_RUN), pause)


def _read_all(until: float, pause: float) -> Reconciled:
    url = settings_of().youtube_feed_url
    done, in_a_row = Reconciled(), 0
    while time.monotonic() + _ANSWER_SECONDS < until and in_a_row < _FAILURES_IN_A_ROW:
        if quiet_until(url) or (turn := take_turn()) is None:
            break
        try:
            one = _read(turn, url)
        except _Busy as busy:
            keep_quiet(url, busy.seconds, str(busy))
            logger.warning("YouTube's feeds are left alone for a while: it %s", busy)
            break
        if one.failed:
            in_a_row += 1
        else:
            in_a_row = 0
            end_quiet(url)
        done += one
        time.sleep(pause)
    return done


def _read(turn: Turn, url: str) -> Reconciled:
    """Read one feed and end its turn. Raises _Busy."""
    try:
        answer = _ask(turn, url)
    except CannotFetch as error:
        return _failed(turn, str(error))
    if answer.status == 304:
        end_turn(turn)
        return Reconciled(unchanged=1)
    if answer.status in {429, 503}:
        raise _Busy(answer.status, _seconds_to_wait(answer.header("Retry-After")))
    if answer.status != 200:
        return _failed(turn, f"YouTube answers {answer.status}")
    now: datetime = db.session.scalars(select(func.now())).one()
    try:
        told = read_notification(answer.body, now)
    except UnusableFeed as error:
        # The feed of a channel without a video is one; it is no reason to ask more often, or less.
        logger.info("nothing in the feed of channel %s: %s", turn.channel_id, error)
        end_turn(turn)
        return Reconciled(read=1)
    return _take_in(turn, told, answer, now)


def _ask(turn: Turn, url: str) -> Answer:
    known = {"If-None-Match": turn.etag, "If-Modified-Since": turn.modified}
    headers = {name: value for name, value in known.items() if value}
    query = urlencode({"channel_id": turn.channel_id})
    return fetch(f"{url}?{query}", headers, seconds=_ANSWER_SECONDS, largest=_LARGEST_FEED)


def _failed(turn: Turn, why: str) -> Reconciled:
    logger.warning("the feed of channel %s cannot be read: %s", turn.channel_id, why)
    put_off(turn)
    return Reconciled(failed=1)


def _take_in(turn: Turn, told: Notification, answer: Answer, now: datetime) -> Reconciled:
    # What a push may still bring is left to it: it would be faster, and shows that the lease works.
    young = [video for video in told.announced if turn.pushed and video.published_at > now - PATIENCE_WITH_PUSHES]
    kept = [video for video in told.announced if video not in young]
    missed = _missed(kept, now)
    recorded = relay.record(replace(told, announced=tuple(kept)), turn.channel_id)
    degraded = _degrade(turn, missed)
    if recorded.new or recorded.edited or degraded:
        logger.info("feed of channel %s: %s, %d leases missed a push", turn.channel_id, recorded, degraded)
    # Only what was recorded may be kept from being sent again; so nothing is remembered before, or with some left out.
    again = any(video.published_at < now + PATIENCE_WITH_PUSHES for video in young)
    etag, modified = (None, None) if young else (answer.header("ETag"), answer.header("Last-Modified"))
    learnt = {"feed_etag": _sendable(etag), "feed_modified": _sendable(modified)}
    end_turn(turn, soon=again, **learnt, **_named(told.announced))
    return Reconciled(read=1, new=recorded.new, edited=recorded.edited, queued=recorded.queued, degraded=degraded)


def _missed(announced: Iterable[AnnouncedVideo], now: datetime) -> list[AnnouncedVideo]:
    """Return what a push should have brought by `now` and none has. Asked before it is recorded."""
    old = [video for video in announced if video.updated_at <= now - PATIENCE_WITH_PUSHES]
    ids = [video.video_id for video in old]
    known = dict(db.session.execute(select(Video.video_id, Video.updated_at).where(Video.video_id.in_(ids))).all())
    return [video for video in old if video.updated_at > known.get(video.video_id, _NEVER) + _SAME]


_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def _degrade(turn: Turn, missed: list[AnnouncedVideo]) -> int:
    """Mark the leases that stood when the last of `missed` went up, or was edited; commit."""
    if not missed:
        return 0
    last = max(video.updated_at for video in missed)
    marked = db.session.scalars(
        update(Lease)
        .where(
            Lease.channel_id == turn.channel_id,
            Lease.state == "active",
            Lease.mode == "subscribe",
            Lease.verified_at < last,
            Lease.degraded_at.is_(None),
        )
        .values(degraded_at=func.now())
        .returning(Lease.id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.commit()
    return len(marked)


def _named(announced: tuple[AnnouncedVideo, ...]) -> dict[str, Any]:
    """The channel's title, which each of its entries has as its author."""
    title = next((video.author for video in announced if video.author), None)
    return {"title": title} if title else {}


def _sendable(value: str | None) -> str | None:
    """What came as a header is sent back as one: if it can be, and is no novel."""
    return value if value and re.fullmatch(r"[\x20-\x7e]{1,500}", value) else None


def _seconds_to_wait(retry_after: str | None) -> float:
    """Seconds, or the time of day (RFC 9110); 0 for what is neither."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
