"""
Without this file there would be no table: `make revision m="…"` compares it with the database.

Times are `timestamptz` and UTC. States are text with a CHECK: a label added to an enum type cannot be taken
back, and the release in production fails on the first row that has it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
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
ManyWords = Annotated[list[str], mapped_column(ARRAY(Text), server_default="{}")]
Count = Annotated[int, mapped_column(Integer, server_default="0")]


class Subscription(Model):
    """
    A link from a channel to the place where its videos are posted: what goes up after it was made.

    The place is a subreddit where the destination is Reddit, and a `target` of the destination's own elsewhere.
    """

    __tablename__ = "subscriptions"

    id: Mapped[Id]
    channel_id: Mapped[Words]
    subreddit: Mapped[Words | None] = mapped_column()
    """As it was typed; Reddit does not care about its case."""
    created_at: Mapped[CreatedAt]
    paused_at: Mapped[Moment | None]
    """What goes up while it is paused is never posted."""
    paused_reason: Mapped[Words | None]
    """Why it was paused, where nobody who may see it did that."""
    removed_at: Mapped[Moment | None]
    """Like a pause, but nobody sees it any more; making the same link again takes it back."""
    destination: Mapped[Words] = mapped_column(server_default="reddit")
    """The name of a module in `destinations/`."""
    target: Mapped[Words | None]
    """Where, in the words of a destination that is not Reddit. A webhook's URL is a secret: it is never logged."""
    created_by: Mapped[Words | None]
    """The Reddit name of whoever made it, to whom its errors are told."""
    title_template: Mapped[Words] = mapped_column(server_default="{title}")
    include_words: Mapped[ManyWords]
    """A title has to have one of these, where there are any."""
    exclude_words: Mapped[ManyWords]
    """A title must have none of these."""

    __table_args__ = (
        Index(
            "uq_subscriptions_channel_id_destination_target",
            "channel_id",
            "destination",
            "target",
            unique=True,
            postgresql_where=text("target IS NOT NULL"),
        ),
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
    """The hub's words for a denial, or for what it answered instead of doing what it was asked."""
    created_at: Mapped[CreatedAt]
    """How old its secret is: an old one is replaced by a lease of its own."""
    due_at: Mapped[CreatedAt]
    """When the hub is to be asked next, by whatever `mode` says."""
    attempts: Mapped[Count]
    """How often the hub was asked since it last did what it was asked for."""
    last_push_at: Mapped[Moment | None]
    degraded_at: Mapped[Moment | None]
    """Since when we know that a push never came; the next one that does ends it."""

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
        Index("ix_leases_due_at", "due_at", postgresql_where=text("state IN ('pending', 'active', 'denied')")),
        Index("ix_leases_expires_at_active", "expires_at", postgresql_where=text("state = 'active'")),
    )


class Hub(Model):
    """How a hub has been answering: one that is busy is left alone as a whole."""

    __tablename__ = "hubs"

    url: Mapped[Words] = mapped_column(primary_key=True)
    not_before: Mapped[Moment | None]
    failures: Mapped[Count]
    """In a row; the pause grows with them."""
    reason: Mapped[Words | None]


class Notification(Model):
    """A delivery of the hub that was taken in, kept for a while to tell what came and when."""

    __tablename__ = "notifications"

    id: Mapped[Id]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id, ondelete="CASCADE"))
    received_at: Mapped[CreatedAt]
    announced: Mapped[int]
    removed: Mapped[int]
    queued: Mapped[int]
    skipped: Mapped[int]

    __table_args__ = (Index(None, "received_at"), Index(None, "lease_id"))


class Channel(Model):
    """What we know of a channel, and when we look at its feed ourselves."""

    __tablename__ = "channels"

    channel_id: Mapped[Words] = mapped_column(primary_key=True)
    title: Mapped[Words | None]
    handle: Mapped[Words | None]
    feed_etag: Mapped[Words | None]
    feed_modified: Mapped[Words | None]
    """YouTube's `Last-Modified`, as it was sent: it is sent back."""
    feed_due_at: Mapped[CreatedAt]
    feed_failures: Mapped[Count]
    feed_read_at: Mapped[Moment | None]

    __table_args__ = (
        CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name="channel_id_form"),
        Index(None, "feed_due_at"),
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
    One video in one place, posted once.

    "unknown" is an attempt whose end nobody saw: it may stand there already. What is "skipped" was taken
    back before its turn came, or its title has the wrong words. `reason` says why it is in its state.
    """

    __tablename__ = "posts"

    id: Mapped[Id]
    # RESTRICT: what was posted stays on record, or it would be posted again.
    video_id: Mapped[Words] = mapped_column(ForeignKey(Video.video_id, ondelete="RESTRICT"))
    subscription_id: Mapped[int] = mapped_column(ForeignKey(Subscription.id, ondelete="RESTRICT"))
    state: Mapped[Words] = mapped_column(server_default="pending")
    created_at: Mapped[CreatedAt]
    due_at: Mapped[CreatedAt]
    """When it may be tried, or looked for, next."""
    attempts: Mapped[Count]
    """How often it was sent, or may have been."""
    claim: Mapped[UUID | None]
    """Whoever claimed it knows this token, and nobody else may say how it ended."""
    claimed_until: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    """Committed just before the last attempt was sent: where it is empty, nothing was."""
    asks_since: Mapped[Moment | None]
    """Since when a person has to decide whether it stands there."""
    posted_at: Mapped[Moment | None]
    external_id: Mapped[Words | None]
    """What the destination calls it."""
    url: Mapped[Words | None]
    reason: Mapped[Words | None]

    __table_args__ = (
        Index("ix_posts_due_at_open", "due_at", postgresql_where=text("state IN ('pending', 'unknown', 'claimed')")),
        CheckConstraint("state IN ('pending', 'claimed', 'unknown', 'posted', 'failed', 'skipped')", name="state"),
        UniqueConstraint("video_id", "subscription_id"),
        Index(None, "subscription_id"),
        Index("ix_posts_created_at_pending", "created_at", postgresql_where=text("state = 'pending'")),
    )


class Pause(Model):
    """A place that asked us to wait: nothing is sent there before. A `target` of "" is the whole destination."""

    __tablename__ = "pauses"

    destination: Mapped[Words] = mapped_column(primary_key=True)
    target: Mapped[Words] = mapped_column(primary_key=True)
    not_before: Mapped[Moment]
    reason: Mapped[Words]
