"""
Without this file every lease would end after ten days, and nobody would ever ask for one.

A schedule calls it every five minutes. That we are about to ask is committed first: the hub's verification may
arrive before its answer to us, and a run that dies must not ask for the same lease all over again at once.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import func, or_, select, update

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.websub import hub
from yt_pubsub_handler.websub.leases import callback_of, database_time
from yt_pubsub_handler.websub.quiet import end_quiet, keep_quiet, quiet_until
from yt_pubsub_handler.websub.timing import retry_pause
from yt_pubsub_handler.websub.wanted import arrange

logger = logging.getLogger(__name__)

LONGEST_RUN = 240.0
"""Seconds. The next run comes after 300."""


@dataclass(frozen=True)
class Claimed:
    """A lease that nobody else asks for meanwhile, out of its transaction."""

    lease_id: int
    attempts: int
    request: hub.Request


@dataclass
class Renewed:
    """What a run did; `quiet_until` is set when the hub wants to be left alone."""

    opened: int = 0
    replaced: int = 0
    ended: int = 0
    accepted: int = 0
    failed: int = 0
    quiet_until: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return asdict(self) | {"quiet_until": self.quiet_until and self.quiet_until.isoformat()}


def renew(app: Flask, seconds: float) -> Renewed:
    """
    Open, renew and end leases until nothing is due, the hub wants quiet, or the time is over.

    Raises SQLAlchemy's DBAPIError; what the hub says is never an error.
    """
    ends = time.monotonic() + min(seconds, LONGEST_RUN) - hub.SECONDS_TO_ANSWER
    with app.app_context():
        url = settings_of().hub_url
        done = Renewed(**asdict(arrange()), quiet_until=quiet_until(url))
        while done.quiet_until is None and time.monotonic() < ends:
            claimed = _claim()
            if claimed is None:
                break
            _settle(url, claimed, hub.ask(url, claimed.request), done)
        db.session.rollback()
    return done


def _claim() -> Claimed | None:
    """Note that the most overdue lease is being asked for, and when it would be again; commit."""
    now = database_time()
    lease = db.session.scalar(
        select(Lease)
        .where(
            Lease.due_at <= now,
            Lease.state.in_(("pending", "active", "denied")),
            # What has lapsed has been replaced, and the hub has forgotten it.
            or_(Lease.state != "active", Lease.expires_at > now),
        )
        .order_by(Lease.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if lease is None:
        db.session.rollback()
        return None
    lease.attempts += 1
    lease.requested_at = now
    lease.due_at = now + retry_pause(lease.callback_key, lease.attempts)
    request = hub.Request(lease.mode, lease.topic, callback_of(lease), lease.secret, lease.verify_token)
    claimed = Claimed(lease.id, lease.attempts, request)
    db.session.commit()
    return claimed


def _settle(url: str, claimed: Claimed, answer: hub.Answer, done: Renewed) -> None:
    """Write down what the hub said. It may have verified meanwhile: that is left as it is."""
    mode, lease_id = claimed.request.mode, claimed.lease_id
    if isinstance(answer, hub.Busy):
        done.failed += 1
        done.quiet_until = keep_quiet(url, answer)
        logger.warning("the hub is left alone until %s: %s", done.quiet_until, answer.reason)
        return
    end_quiet(url)
    if isinstance(answer, hub.Failed):
        done.failed += 1
        _note(claimed, reason=answer.reason)
        logger.warning("the hub did not %s lease %s: %s", mode, lease_id, answer.reason)
        return
    done.accepted += 1
    logger.info("the hub will %s lease %s", mode, lease_id)
    if answer.done and mode == "unsubscribe":
        # It has verified already, or it knows of nothing to end and never will verify.
        _note(claimed, state="unsubscribed", verified_at=func.now())


def _note(claimed: Claimed, **values: Any) -> None:
    """Change the lease unless a verification, or another run, has done so since it was claimed; commit."""
    db.session.execute(
        update(Lease)
        .where(Lease.id == claimed.lease_id, Lease.attempts == claimed.attempts, Lease.mode == claimed.request.mode)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
