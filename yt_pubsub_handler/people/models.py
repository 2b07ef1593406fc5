"""
Without these tables nobody could sign in, and nobody would know who may link what.

What Reddit said of a person is kept only as long as it is needed: deleting an account takes all of it along.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from yt_pubsub_handler.database import Model
from yt_pubsub_handler.models import Count, CreatedAt, Id, Moment, Words


class Account(Model):
    """Somebody who has signed in with Reddit, which knows them by an id: names can be changed."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    reddit_id: Mapped[Words] = mapped_column(unique=True)
    name: Mapped[Words] = mapped_column()
    """As Reddit writes it; Reddit does not care about its case."""
    created_at: Mapped[CreatedAt]
    signed_in_at: Mapped[CreatedAt]

    __table_args__ = (
        CheckConstraint("reddit_id ~ '^t2_[0-9a-z]+$'", name="reddit_id_form"),
        Index("uq_accounts_name", func.lower(name), unique=True),
    )


class SignIn(Model):
    """One browser in which somebody is signed in, and what Reddit gave us to ask in their name."""

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    token_hash: Mapped[Words] = mapped_column(unique=True)
    """SHA-256 of what the browser's cookie holds: whoever reads this table cannot sign in with it."""
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[Moment]
    seen_at: Mapped[CreatedAt]
    """When it was used last, to within minutes."""
    access_token: Mapped[Words | None]
    """Encrypted, as is the next: see people/tokens.py."""
    access_token_expires_at: Mapped[Moment | None]
    refresh_token: Mapped[Words | None]

    __table_args__ = (
        CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_hash_form"),
        Index(None, "account_id"),
    )


class Moderator(Model):
    """A subreddit that somebody was seen to moderate, the last time that Reddit was asked."""

    __tablename__ = "moderators"

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    subreddit: Mapped[Words] = mapped_column(primary_key=True)
    """In lower case."""
    seen_at: Mapped[CreatedAt]

    __table_args__ = (CheckConstraint("subreddit = lower(subreddit)", name="subreddit_lower"),)


class RateLimit(Model):
    """How often somebody did something within one window of time; kept here, as each sandbox of Lambda sees a part."""

    __tablename__ = "rate_limits"

    key: Mapped[Words] = mapped_column(primary_key=True)
    """A hash of what was done and by whom: no address of anybody is kept."""
    window_start: Mapped[Moment] = mapped_column(primary_key=True)
    count: Mapped[Count]

    __table_args__ = (Index(None, "window_start"),)
