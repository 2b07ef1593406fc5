"""
Without this file there would be no table: `make revision m="…"` compares it with the database.

Times are `timestamptz` and UTC. States are text with a CHECK: a label added to an enum type cannot be taken
back, and the release in production fails on the first row that has it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from yt_pubsub_handler.database import Model

Id = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Words = Annotated[str, mapped_column(Text)]


class Subscription(Model):
    """A link from a channel to a subreddit: what goes up after it was made is posted there."""

    __tablename__ = "subscriptions"

    id: Mapped[Id]
    channel_id: Mapped[Words]
    subreddit: Mapped[Words] = mapped_column()
    """As it was typed; Reddit does not care about its case."""
    created_at: Mapped[CreatedAt]
    paused_at: Mapped[Moment | None]
    """What goes up while it is paused is never posted."""

    __table_args__ = (
        CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name="channel_id_form"),
        CheckConstraint("subreddit ~ '^[A-Za-z0-9][A-Za-z0-9_]{2,20}$'", name="subreddit_form"),
        Index("uq_subscriptions_channel_id_subreddit", "channel_id", func.lower(subreddit), unique=True),
    )


class Lease(Model):
    """
    Our standing with the hub for one channel.

    `mode` is what we asked for last, `state` is where we stand. A renewal keeps the state "active": only its
    verification takes effect. Two leases of one channel may be active while a secret is replaced.
    """

    __tablename__ = "leases"

    id: Mapped[Id]
    channel_id: Mapped[Words]
    topic: Mapped[Words]
    callback_key: Mapped[Words] = mapped_column(unique=True)
    secret: Mapped[Words]
    verify_token: Mapped[Words | None]
    """None where the hub does not echo it: then it is not demanded."""
    mode: Mapped[Words] = mapped_column(server_default="subscribe")
    state: Mapped[Words] = mapped_column(server_default="pending")
    requested_at: Mapped[CreatedAt]
    verified_at: Mapped[Moment | None]
    expires_at: Mapped[Moment | None]
    lease_seconds: Mapped[int | None]
    """What the hub granted last."""
    denied_at: Mapped[Moment | None]
    reason: Mapped[Words | None]
    """The hub's words for a denial."""

    __table_args__ = (
        CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name="channel_id_form"),
        CheckConstraint("callback_key ~ '^[A-Za-z0-9_-]{43}$'", name="callback_key_form"),
        # WebSub 5.1: a secret has fewer than 200 bytes.
        CheckConstraint("octet_length(secret) BETWEEN 32 AND 199", name="secret_length"),
        CheckConstraint("mode IN ('subscribe', 'unsubscribe')", name="mode"),
        CheckConstraint("state IN ('pending', 'active', 'denied', 'expired', 'unsubscribed')", name="state"),
        CheckConstraint(
            "state <> 'active' OR (verified_at IS NOT NULL AND expires_at IS NOT NULL)",
            name="active_is_verified",
        ),
        CheckConstraint("lease_seconds > 0", name="lease_seconds_positive"),
        Index(None, "channel_id"),
        Index("ix_leases_expires_at_active", "expires_at", postgresql_where=text("state = 'active'")),
    )


class Video(Model):
    """A video we have heard of. Its row stays for ever, so that it is never announced twice."""

    __tablename__ = "videos"

    video_id: Mapped[Words] = mapped_column(primary_key=True)
    channel_id: Mapped[Words]
    title: Mapped[Words]
    author: Mapped[Words]
    published_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    first_seen_at: Mapped[CreatedAt]
    removed_at: Mapped[Moment | None]
    """When YouTube told us that it was deleted or made private."""

    __table_args__ = (
        CheckConstraint("video_id ~ '^[A-Za-z0-9_-]{11}$'", name="video_id_form"),
        CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name="channel_id_form"),
        Index(None, "channel_id", "published_at"),
    )


class Post(Model):
    """
    One video in one subreddit, posted once.

    "unknown" is an attempt whose end nobody saw: it may stand on Reddit already. What is "skipped" was taken
    back before its turn came.
    """

    __tablename__ = "posts"

    id: Mapped[Id]
    # RESTRICT: what was posted stays on record, or it would be posted again.
    video_id: Mapped[Words] = mapped_column(ForeignKey(Video.video_id, ondelete="RESTRICT"))
    subscription_id: Mapped[int] = mapped_column(ForeignKey(Subscription.id, ondelete="RESTRICT"))
    state: Mapped[Words] = mapped_column(server_default="pending")
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'claimed', 'unknown', 'posted', 'failed', 'skipped')", name="state"),
        UniqueConstraint("video_id", "subscription_id"),
        Index(None, "subscription_id"),
        Index("ix_posts_created_at_pending", "created_at", postgresql_where=text("state = 'pending'")),
    )
