"""
Without this file a hub that asks for quiet would be asked once more for every lease that is due.

It has no answer for one lease and another for the next: 429, 503 and silence are about the hub as a whole.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Hub
from yt_pubsub_handler.websub.hub import Busy
from yt_pubsub_handler.websub.timing import quiet


def quiet_until(url: str) -> datetime | None:
    """Return until when the hub is to be left alone, None if it may be asked."""
    return db.session.scalar(select(Hub.not_before).where(Hub.url == url, Hub.not_before > func.now()))


def keep_quiet(url: str, busy: Busy) -> datetime:
    """Leave the hub alone for as long as it asked for, and longer each time; commit, and return until when."""
    db.session.execute(insert(Hub).values(url=url).on_conflict_do_nothing())
    hub = db.session.scalars(select(Hub).where(Hub.url == url).with_for_update()).one()
    hub.failures += 1
    until: datetime = db.session.scalars(select(func.now() + quiet(hub.failures, busy.wait))).one()
    # Two runs may be told at once: what was asked for longest counts.
    hub.not_before = max(until, hub.not_before or until)
    hub.reason = busy.reason
    until = hub.not_before
    db.session.commit()
    return until


def end_quiet(url: str) -> None:
    """Forget that the hub was busy: it answers. Commits."""
    db.session.execute(
        update(Hub).where(Hub.url == url, Hub.failures > 0).values(failures=0, not_before=None, reason=None)
    )
    db.session.commit()
