"""
Without this file nobody would decide which leases there should be: one for each channel that somebody follows.

A secret gets old. WebSub lets a second subscription stand beside the first under a callback of its own: the old one
stays valid until the new one has been verified and what was under way to the old one has arrived, and only then goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease, Subscription
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.websub.feed import TOPIC, topic_of
from yt_pubsub_handler.websub.leases import open_lease

SECRET_LIFE = timedelta(days=30)
OVERLAP = timedelta(minutes=10)
"""Google's hub sends for eight minutes what was not taken at once, to the callback that it was for."""
MOST_REPLACED = 50
"""In one run: leases that were made together must not all be made anew together."""
_LOCK = 0x6C656173
"""Any number that no other advisory lock of ours has."""


@dataclass(frozen=True)
class Arranged:
    """How many leases were opened for channels that had none, opened to replace an old one, and are to end."""

    opened: int = 0
    replaced: int = 0
    ended: int = 0


def arrange() -> Arranged:
    """Open and end leases so that each followed channel has one; commit. The hub has yet to be asked for them."""
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        db.session.rollback()
        return Arranged()  # Another run is at it, and two would open two leases.
    ended = _end()
    opened = [_open(channel) for channel in _channels_without()]
    db.session.flush()
    replaced = [_open(channel) for channel in _channels_with_an_old_lease()]
    db.session.commit()
    return Arranged(len(opened), len(replaced), ended)


def _open(channel_id: str) -> Lease:
    settings = settings_of()
    topic = settings.topic_prefix + channel_id if settings.topic_prefix else topic_of(channel_id)
    return open_lease(channel_id, hub_echoes_token=settings.demands_token, topic=topic)


def _channels_without() -> list[str]:
    channels = select(Subscription.channel_id).distinct().where(Subscription.removed_at.is_(None))
    held = exists().where(Lease.channel_id == Subscription.channel_id, _stands(Lease))
    return list(db.session.scalars(channels.where(~held).order_by(Subscription.channel_id)))


def _channels_with_an_old_lease() -> list[str]:
    younger = aliased(Lease)
    succeeded = exists().where(younger.channel_id == Lease.channel_id, younger.id > Lease.id, _stands(younger))
    settings = settings_of()
    # Neither can be renewed at a hub that brings no token back, or is asked for the same channel in other words.
    other_hub = or_(
        Lease.verify_token.is_(None) if settings.demands_token else Lease.verify_token.is_not(None),
        Lease.topic != literal(settings.topic_prefix or TOPIC) + Lease.channel_id,
    )
    old_secret = Lease.created_at < func.now() - SECRET_LIFE
    old = (
        select(Lease.channel_id)
        .where(_stands(Lease), Lease.state == "active", or_(old_secret, other_hub), ~succeeded)
        .order_by(Lease.created_at)
        .limit(MOST_REPLACED)
    )
    return list(db.session.scalars(old))


def _end() -> int:
    """Turn leases that nobody needs to "unsubscribe"; the hub never knew those that it has not verified."""
    younger = aliased(Lease)
    followed = exists().where(Subscription.channel_id == Lease.channel_id, Subscription.removed_at.is_(None))
    succeeded = exists().where(
        younger.channel_id == Lease.channel_id,
        younger.id > Lease.id,
        younger.state == "active",
        _stands(younger),
        younger.verified_at < func.now() - OVERLAP,
    )
    ended = (
        update(Lease)
        .where(Lease.mode == "subscribe", Lease.state.in_(("pending", "active", "denied")), or_(~followed, succeeded))
        .values(
            mode="unsubscribe",
            state=case((Lease.state == "active", "active"), else_="unsubscribed"),
            due_at=func.now(),
            attempts=0,
        )
        .returning(Lease.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.scalars(ended).all())


def _stands(lease: type[Lease] | AliasedClass[Lease]) -> ColumnElement[bool]:
    """A lease that delivers, or is still being asked for."""
    lasts = and_(lease.state == "active", lease.expires_at > func.now())
    return and_(lease.mode == "subscribe", or_(lasts, lease.state.in_(("pending", "denied"))))
