"""
Without this file nobody could tell why a video did not appear: the hub, the link, or Reddit.

All of it is read, nothing is changed. The times of one answer are seen from one moment, the database's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, Select, case, func, literal, or_, select, text

from yt_pubsub_handler.database import db
from yt_pubsub_handler.linking import UNDO_WITHIN
from yt_pubsub_handler.models import Channel, Lease, Post, Subscription, Video

DAYS = 30
PAGE = 20
"""Posts on one page."""

Rows = Sequence[Row[*tuple[Any, ...]]]
Kind = Literal["live", "degraded", "waiting", "denied", "ended"]
_DECIDABLE = or_(Post.state == "failed", (Post.state == "unknown") & Post.asks_since.is_not(None))


@dataclass(frozen=True)
class Standing:
    """Where we stand with the hub for a channel: its lease that counts, and what to call that."""

    kind: Kind
    until: datetime | None = None
    reason: str | None = None
    last_push_at: datetime | None = None
    degraded_at: datetime | None = None


@dataclass(frozen=True)
class Day:
    """How many of the posts that were queued on a day ended in which way; `other` is skipped, or still open."""

    day: date
    posted: int = 0
    failed: int = 0
    other: int = 0

    @property
    def all(self) -> int:
        return self.posted + self.failed + self.other


def database_time() -> datetime:
    """Return the one moment that all times are seen from."""
    return db.session.scalars(select(func.now())).one()


def links_of(subreddits: Iterable[str]) -> Rows:
    """Return the links to these subreddits (lower case): what there is to say about each in a line."""
    asking = select(func.count()).where(Post.subscription_id == Subscription.id, _DECIDABLE)
    last = select(func.max(Post.posted_at)).where(Post.subscription_id == Subscription.id)
    return db.session.execute(
        _named_links(subreddits)
        .add_columns(asking.scalar_subquery().label("asking"), last.scalar_subquery().label("posted_at"))
        .where(Subscription.removed_at.is_(None))
    ).all()


def removed_lately(subreddits: Iterable[str]) -> Rows:
    """Return the links whose removal can still be taken back, the last one first."""
    lately = Subscription.removed_at > func.now() - UNDO_WITHIN
    return db.session.execute(
        _named_links(subreddits).order_by(None).order_by(Subscription.removed_at.desc()).where(lately)
    ).all()


def _named_links(subreddits: Iterable[str]) -> Select[Any]:
    place = func.lower(Subscription.subreddit)
    return (
        select(Subscription, Channel.title, Channel.handle, place.label("place"))
        .outerjoin(Channel, Channel.channel_id == Subscription.channel_id)
        .where(Subscription.destination == "reddit", place.in_(sorted(subreddits)))
        .order_by(place, func.lower(func.coalesce(Channel.title, Subscription.channel_id)), Subscription.id)
    )


def channel_of(channel_id: str) -> Channel | None:
    return db.session.get(Channel, channel_id)


def standings(channel_ids: Iterable[str], now: datetime) -> dict[str, Standing]:
    """Return by channel where we stand with the hub."""
    wanted = sorted(set(channel_ids))
    leases = db.session.scalars(select(Lease).where(Lease.channel_id.in_(wanted)).order_by(Lease.id)).all()
    return {
        channel_id: _standing([lease for lease in leases if lease.channel_id == channel_id], now)
        for channel_id in wanted
    }


def _standing(leases: list[Lease], now: datetime) -> Standing:
    """The best of them counts: while a secret is replaced there are two."""
    last_push = max((lease.last_push_at for lease in leases if lease.last_push_at), default=None)
    asked = [lease for lease in leases if lease.mode == "subscribe"]
    live = [lease for lease in asked if lease.state == "active" and lease.expires_at and lease.expires_at > now]
    if live:
        best = max(live, key=lambda lease: (lease.degraded_at is None, lease.expires_at))
        kind: Kind = "degraded" if best.degraded_at else "live"
        return Standing(kind, best.expires_at, best.reason, last_push, best.degraded_at)
    if not asked:
        return Standing("waiting", last_push_at=last_push)  # The next run asks for one.
    latest = asked[-1]
    kinds: dict[str, Kind] = {"pending": "waiting", "denied": "denied"}
    return Standing(kinds.get(latest.state, "ended"), latest.expires_at, latest.reason, last_push)


def latest_video(channel_id: str) -> Video | None:
    """Return the last video of the channel that we have heard of."""
    newest = select(Video).where(Video.channel_id == channel_id).order_by(Video.published_at.desc()).limit(1)
    return db.session.scalar(newest)


def posts_of(link_id: int, before: int | None = None) -> tuple[Rows, int | None]:
    """Return a page of the link's posts, newest first, and the id before which the next one begins, if there is one."""
    page = (
        select(Post, Video.title, Video.video_id, _DECIDABLE.label("asks"))
        .join(Video, Video.video_id == Post.video_id)
        .where(Post.subscription_id == link_id)
        .order_by(Post.id.desc())
        .limit(PAGE + 1)
    )
    posts = db.session.execute(page.where(Post.id < before) if before else page).all()
    shown = posts[:PAGE]
    return shown, shown[-1].Post.id if len(posts) > PAGE else None


def find_post(link_id: int, post_id: int) -> Post | None:
    """Return the post with this id, if it is the link's."""
    return db.session.scalar(select(Post).where(Post.id == post_id, Post.subscription_id == link_id))


def days_of(link_id: int, now: datetime) -> list[Day]:
    """Return the last DAYS days in UTC, the oldest first, each of them also where nothing was posted."""
    first = now.astimezone(UTC).date() - timedelta(days=DAYS - 1)
    day = func.date(func.timezone("UTC", Post.created_at))
    kind = case((Post.state.in_(("posted", "failed")), Post.state), else_=literal("other"))
    # By their numbers: the same expression with parameters of its own is another one to PostgreSQL.
    counted = select(day, kind, func.count()).where(Post.subscription_id == link_id, day >= first)
    counts = {(each, ended): count for each, ended, count in db.session.execute(counted.group_by(text("1, 2")))}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [Day(each, *(counts.get((each, ended), 0) for ended in ("posted", "failed", "other"))) for each in days]
