"""
Without this file the database would grow for ever by what nobody looks at any more.

Notifications, posts, leases, sign-ins that have ended and old counts go; videos stay. Only what is heard of for the
first time is queued, so a video whose post has gone is not posted again. Nothing here waits for anybody: what is locked
is left to the next run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Select, delete, exists, func, select, text, tuple_

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease, Notification, Post
from yt_pubsub_handler.people.accounts import end_expired
from yt_pubsub_handler.people.models import RateLimit
from yt_pubsub_handler.settings import Settings, settings_of

NOTIFICATIONS_KEPT = timedelta(days=30)
POSTS_KEPT = timedelta(days=180)
LEASES_KEPT = timedelta(days=30)
"""The hub may send to an old callback for as long as it granted, and is told then that it is gone."""
COUNTS_KEPT = timedelta(days=1)
"""Far longer than any window in which something is counted."""
_FINISHED = ("posted", "failed", "skipped")
_OVER = ("expired", "unsubscribed")
_BATCH = 500
_SIGN_INS = 10
"""So many are ended between two looks at the clock: each is a request to Reddit, which may let us wait."""
_LIMITS = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '30s'"


@dataclass(frozen=True)
class Pruned:
    """How many of each were deleted, and whether that is all that there was."""

    notifications: int
    posts: int
    leases: int
    finished: bool
    sign_ins: int = 0
    counts: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def prune(app: Flask, seconds: float = math.inf, batch: int = _BATCH) -> Pruned:
    """Delete what is too old, `batch` rows at a time, each in a transaction of its own, until `seconds` are over."""
    until = time.monotonic() + seconds
    with app.app_context():
        now: datetime = db.session.scalars(select(func.now())).one()
        db.session.commit()
        work = _Work(settings_of(app), now, batch, until)
        # Before the leases, which would take their notifications along, all in one transaction.
        notifications = work.repeat(work.notifications)
        posts = work.posts()
        leases, sign_ins, counts = (work.repeat(one) for one in (work.leases, work.sign_ins, work.counts))
        return Pruned(notifications, posts, leases, not work.is_late(), sign_ins, counts)


@dataclass
class _Work:
    settings: Settings
    now: datetime
    batch: int
    until: float

    def is_late(self) -> bool:
        return time.monotonic() >= self.until

    def repeat(self, one_batch: Callable[[], int]) -> int:
        deleted = 0
        while not self.is_late():
            done = one_batch()
            deleted += done
            if done < self.batch:
                break
        return deleted

    def notifications(self) -> int:
        old = select(Notification.id).where(Notification.received_at < self.now - NOTIFICATIONS_KEPT)
        return self._delete(Notification.id, old.order_by(Notification.received_at))

    def leases(self) -> int:
        ended = func.greatest(Lease.requested_at, Lease.verified_at, Lease.expires_at)  # It passes over NULL.
        over = select(Lease.id).where(
            Lease.state.in_(_OVER),
            ended < self.now - LEASES_KEPT,
            ~exists().where(Notification.lease_id == Lease.id),
        )
        return self._delete(Lease.id, over.order_by(Lease.id))

    def sign_ins(self) -> int:
        """At once: they hold tokens, which nobody needs any more, and which Reddit is asked to forget one by one."""
        ended = 0
        while ended < self.batch and not self.is_late():
            db.session.execute(text(_LIMITS))
            some = end_expired(self.settings, self.now, min(_SIGN_INS, self.batch - ended))
            ended += some
            if not some:
                break
        return ended

    def counts(self) -> int:
        key = tuple_(RateLimit.key, RateLimit.window_start)
        old = select(RateLimit.key, RateLimit.window_start).where(RateLimit.window_start < self.now - COUNTS_KEPT)
        return self._delete(key, old, RateLimit)

    def posts(self) -> int:
        """No index leads to old posts, and none is needed: ids grow with time, so they are walked from the first."""
        deleted, after = 0, 0
        old = self.now - POSTS_KEPT
        while not self.is_late():
            walked = db.session.execute(
                select(Post.id, Post.created_at).where(Post.id > after).order_by(Post.id).limit(self.batch)
            ).all()
            db.session.commit()
            if not walked:
                break
            finished = select(Post.id).where(
                Post.id.between(after + 1, walked[-1].id), Post.state.in_(_FINISHED), Post.created_at < old
            )
            deleted += self._delete(Post.id, finished)
            after = walked[-1].id
            if walked[-1].created_at >= old:
                break
        return deleted

    def _delete(self, key: Any, which: Select[*tuple[Any, ...]], table: Any = None) -> int:
        db.session.execute(text(_LIMITS))
        locked = which.limit(self.batch).with_for_update(skip_locked=True)
        gone = delete(table or key.class_).where(key.in_(locked)).execution_options(synchronize_session=False)
        result = db.session.execute(gone.returning(text("1"))).all()
        db.session.commit()
        return len(result)
