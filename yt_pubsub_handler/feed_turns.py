"""
Without this file all feeds would be read in the same minute, by two runs at once, and again at once if that failed.

A turn is taken by moving it away first: whoever dies in the middle of one has delayed a feed, and nobody reads it
twice. The times are the database's. That YouTube as a whole wants to be left alone is kept where hubs have theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Double, Interval, and_, case, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Channel, Hub, Lease, Subscription

ORDINARY = timedelta(hours=1)
"""Pushes come as well; the feed is only asked for what they left out."""
SOON = timedelta(minutes=10)
"""Where no lease is known to work the feed is all there is."""
_FIRST_PAUSE, _LONGEST_PAUSE = 600.0, 86_400.0
_FIRST_QUIET, _LONGEST_QUIET = 300.0, 21_600.0


@dataclass(frozen=True)
class Turn:
    """A channel whose feed is to be read now, what it sent with the last one, and whether pushes should come for it."""

    channel_id: str
    etag: str | None
    modified: str | None
    pushed: bool


def add_channels() -> None:
    """Give each channel that somebody follows a first turn of its own, within the hour; commit."""
    followed = (
        select(Subscription.channel_id, _in(func.random() * ORDINARY.total_seconds()))
        .where(Subscription.removed_at.is_(None), ~exists().where(Channel.channel_id == Subscription.channel_id))
        .group_by(Subscription.channel_id)
    )
    new = insert(Channel).from_select(["channel_id", "feed_due_at"], followed)
    db.session.execute(new.on_conflict_do_nothing())
    db.session.commit()


def take_turn() -> Turn | None:
    """Take the turn that is due longest and commit; None when there is none."""
    # A paused link counts: what goes up meanwhile has to be known, or it would be new when the pause ends.
    followed = exists().where(Subscription.channel_id == Channel.channel_id, Subscription.removed_at.is_(None))
    due = (
        select(Channel.channel_id)
        .where(Channel.feed_due_at <= func.now(), followed)
        .order_by(Channel.feed_due_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=Channel)
    )
    taken = db.session.execute(
        update(Channel)
        .where(Channel.channel_id == due.scalar_subquery())
        .values(feed_due_at=_in(literal(SOON.total_seconds())))
        .returning(Channel.channel_id, Channel.feed_etag, Channel.feed_modified, _pushed())
        .execution_options(synchronize_session=False)
    ).one_or_none()
    db.session.commit()
    return Turn(*taken) if taken else None


def end_turn(turn: Turn, *, soon: bool = False, **learnt: Any) -> None:
    """Note that the feed was read, with what was `learnt` for columns of the channel; commit."""
    seconds = case((literal(soon) | ~_pushed(), SOON.total_seconds()), else_=ORDINARY.total_seconds())
    _change(turn, feed_read_at=func.now(), feed_failures=0, feed_due_at=_in(seconds * _spread()), **learnt)


def put_off(turn: Turn) -> None:
    """Note that the feed could not be read, and wait longer each time; commit."""
    # The count stays far below what an integer holds.
    failures = func.least(Channel.feed_failures + 1, 1000)
    seconds = func.least(_FIRST_PAUSE * _doubled(Channel.feed_failures), _LONGEST_PAUSE)
    _change(turn, feed_failures=failures, feed_due_at=_in(seconds * _spread()))


def quiet_until(url: str) -> datetime | None:
    """Return until when the feeds at `url` are to be left alone, None if they may be read; end the transaction."""
    until = db.session.scalar(select(Hub.not_before).where(Hub.url == url, Hub.not_before > func.now()))
    db.session.commit()
    return until


def keep_quiet(url: str, asked_for: float, reason: str) -> None:
    """Leave all feeds at `url` alone for the seconds `asked_for`, longer each time, never for days; commit."""
    first = min(max(_FIRST_QUIET, asked_for), _LONGEST_QUIET)
    again = func.least(func.greatest(_FIRST_QUIET * _doubled(Hub.failures), asked_for), _LONGEST_QUIET)
    busy = insert(Hub).values(url=url, failures=1, not_before=_in(literal(first)), reason=reason)
    db.session.execute(
        busy.on_conflict_do_update(
            index_elements=[Hub.url],
            set_={"failures": func.least(Hub.failures + 1, 1000), "not_before": _in(again), "reason": reason},
        )
    )
    db.session.commit()


def end_quiet(url: str) -> None:
    """Forget that the feeds at `url` were busy; commit."""
    busy = update(Hub).where(Hub.url == url, Hub.failures > 0)
    db.session.execute(busy.values(failures=0, not_before=None, reason=None))
    db.session.commit()


def _change(turn: Turn, **values: Any) -> None:
    changed = update(Channel).where(Channel.channel_id == turn.channel_id).values(**values)
    db.session.execute(changed.execution_options(synchronize_session=False))
    db.session.commit()


def _pushed() -> ColumnElement[bool]:
    """Whether a lease of the channel stands, of which no push is known to have got lost."""
    stands = and_(Lease.state == "active", Lease.mode == "subscribe", Lease.expires_at > func.now())
    works = exists().where(Lease.channel_id == Channel.channel_id, stands, Lease.degraded_at.is_(None))
    return works.correlate(Channel)


def _in(seconds: ColumnElement[Any]) -> ColumnElement[datetime]:
    return func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval)


def _doubled(times: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[Any]:
    return func.power(2.0, func.least(times, 20), type_=Double)


def _spread() -> ColumnElement[Any]:
    """A fifth to either side, so that what fell together once does not stay together."""
    return literal(0.8, Double) + func.random(type_=Double) * literal(0.4, Double)
