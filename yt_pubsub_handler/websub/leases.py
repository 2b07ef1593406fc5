"""
Without this file any hub, or anybody who says to be one, could decide what we listen to.

Whoever knows a callback could subscribe it with a secret of their own; if we confirmed that, every true
notification would fail its signature. So we confirm only what we asked for, and a verification nobody asked
for (Google's hub sends those) is confirmed for a live lease without making it longer.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, update

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.websub.feed import channel_of_topic, topic_of
from yt_pubsub_handler.websub.timing import PAUSE_AFTER_DENIAL, renewal_at, retry_pause

PATIENCE_WITH_HUB = timedelta(days=1)
"""How long a request may wait for its verification before we call it lost."""
LONGEST_LEASE = timedelta(days=30)
"""Hubs grant ten days at most; a lease of years would keep us from asking again."""
CALLBACKS = "/pubsubhub"
_REPEATED = timedelta(hours=1)
"""How long a hub that brings no token back may verify again what we asked for, as its first answer may be lost."""
_LONGEST_REASON = 500


def open_lease(channel_id: str, *, hub_echoes_token: bool, topic: str | None = None) -> Lease:
    """
    Add the pending lease for `channel_id` to the session and return it.

    Commit before asking the hub: its verification may arrive before its answer to us. Set `hub_echoes_token`
    where the hub repeats `hub.verify_token` (Google's does, W3C hubs need not): only then it can be demanded.
    """
    lease = Lease(
        channel_id=channel_id,
        topic=topic or topic_of(channel_id),
        callback_key=secrets.token_urlsafe(32),
        secret=secrets.token_urlsafe(48),
        verify_token=secrets.token_urlsafe(32) if hub_echoes_token else None,
    )
    db.session.add(lease)
    return lease


def find_lease(callback_key: str) -> Lease | None:
    """Return the lease with this callback, locked until the transaction ends."""
    return db.session.scalar(select(Lease).where(Lease.callback_key == callback_key).with_for_update())


def callback_of(lease: Lease) -> str:
    """Return where the hub reaches us about `lease`. Whoever knows it can speak to us: it is never logged."""
    return f"{settings_of().public_url}{CALLBACKS}/hook/{lease.callback_key}"


def database_time() -> datetime:
    """Return the one clock by which leases are requested, verified and expired."""
    return db.session.scalars(select(func.now())).one()


@dataclass(frozen=True)
class Verification:
    """What the hub says it is about to do; `seconds` is how long it grants, None if it does not say."""

    mode: str
    topic: str
    token: str | None
    seconds: int | None


def confirm(lease: Lease, asked: Verification, now: datetime) -> bool:
    """Tell whether the hub may do what we are `asked`, and change `lease` to match; the caller commits."""
    if asked.mode != lease.mode or not _same_topic(asked.topic, lease):
        return False
    if not _same_token(asked.token, lease):
        return False
    if asked.mode == "unsubscribe":
        lease.state = "unsubscribed"
        lease.verified_at = now
        lease.attempts = 0
        return True
    if asked.seconds is None:
        return False
    return _lives_on(lease, min(timedelta(seconds=asked.seconds), LONGEST_LEASE), now)


def _lives_on(lease: Lease, granted: timedelta, now: datetime) -> bool:
    # A denial is unauthenticated, so a denied request may still be granted.
    asked_for = lease.state in ("pending", "denied")
    if not asked_for and lease.state != "active":
        return False
    renewed = lease.verified_at is None or lease.requested_at > lease.verified_at
    unasked = not asked_for and not renewed
    if unasked and lease.verify_token is None and now - lease.requested_at > _REPEATED:
        # It may be somebody else who has the hub ask, with a secret of theirs; nothing it brings would show that.
        return False
    ends = now + granted
    due = renewal_at(lease.callback_key, now, granted)
    if unasked and lease.expires_at is not None:
        ends = min(ends, lease.expires_at)
        due = min(due, lease.due_at)
    lease.state = "active"
    lease.verified_at = now
    lease.expires_at = ends
    lease.lease_seconds = int(granted.total_seconds())
    lease.due_at = due
    lease.attempts = 0
    lease.denied_at = lease.reason = None
    return True


def record_denial(lease: Lease, topic: str, reason: str | None, now: datetime) -> bool:
    """
    Record that the hub refused; return False if it speaks of another topic.

    Anybody who knows the callback can say so (WebSub 5.2): a live lease stays alive, and saying so again does not
    keep us from asking again.
    """
    if not _same_topic(topic, lease):
        return False
    if lease.state in ("pending", "denied") and (lease.denied_at is None or lease.requested_at > lease.denied_at):
        lease.due_at = now + max(PAUSE_AFTER_DENIAL, retry_pause(lease.callback_key, lease.attempts))
    lease.denied_at = now
    lease.reason = _without_secrets(reason or "", lease)[:_LONGEST_REASON] or None
    if lease.state == "pending":
        lease.state = "denied"
    return True


def expire_leases(now: datetime | None = None) -> dict[str, int]:
    """
    Mark what the hub never verified and what it let lapse as "expired", commit, and return how many of each.

    What lapses while we ask for its end has reached it: "unsubscribed".
    This is what the schedule calls; it may run twice, or at the same time as a verification.
    """
    now = now or database_time()
    never_verified = db.session.scalars(
        update(Lease)
        .where(Lease.state == "pending", Lease.requested_at < now - PATIENCE_WITH_HUB)
        .values(state="expired")
        .returning(Lease.id)
    ).all()
    lapsed = db.session.scalars(
        update(Lease)
        .where(Lease.state == "active", Lease.expires_at < now)
        .values(state=case((Lease.mode == "unsubscribe", "unsubscribed"), else_="expired"))
        .returning(Lease.id)
    ).all()
    db.session.commit()
    return {"never_verified": len(never_verified), "lapsed": len(lapsed)}


def _same_topic(topic: str, lease: Lease) -> bool:
    return topic == lease.topic or channel_of_topic(topic) == lease.channel_id


def _same_token(token: str | None, lease: Lease) -> bool:
    if lease.verify_token is None:
        return True
    return hmac.compare_digest((token or "").encode(), lease.verify_token.encode())


def _without_secrets(text: str, lease: Lease) -> str:
    """What a hub says is shown to people, and hubs quote what they do not like."""
    for secret in ("\x00", lease.callback_key, lease.secret, lease.verify_token):
        text = text.replace(secret, "") if secret else text
    return text
