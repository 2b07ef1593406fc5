"""
Without this file whoever runs all this would have to ask the database by hand how it goes.

Nothing here tells a secret: a place that is a webhook is left out, and so is every lease's callback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import case, func, select

from yt_pubsub_handler.database import db
from yt_pubsub_handler.link_health import Rows
from yt_pubsub_handler.metrics import measure
from yt_pubsub_handler.models import Hub, Lease, Pause, Post, Subscription, Video
from yt_pubsub_handler.release import Release, read_release

MOST = 50
"""Of what asks for a decision, and of what is paused, so many are told."""
RUNS = 20


@dataclass(frozen=True)
class Operations:
    """How it goes; `schema` and `history` are as `/status` and `run.run_migration_history` tell them."""

    now: Any
    measured: dict[str, float]
    leases: dict[str, int]
    release: Release
    schema: dict[str, str | None]
    paused: Rows
    quiet: Rows
    asking: Rows
    history: dict[str, Any]
    no_history: str | None
    """Why the history could not be read."""


def look(app: Flask) -> Operations:
    """Look at everything once."""
    history, no_history = _history(app)
    return Operations(
        now=db.session.scalars(select(func.now())).one(),
        measured=measure(app),
        leases=_leases(),
        release=read_release(),
        schema=_schema(app),
        paused=_paused(),
        quiet=_quiet(),
        asking=_asking(),
        history=history,
        no_history=no_history,
    )


def _leases() -> dict[str, int]:
    by_state = select(Lease.state, func.count()).where(Lease.mode == "subscribe").group_by(Lease.state)
    counts: dict[str, int] = dict(db.session.execute(by_state.order_by(Lease.state)).all())
    return counts


def _paused() -> Rows:
    # Elsewhere than on Reddit the place itself may be what nobody should know.
    place = case((Pause.destination == "reddit", Pause.target), (Pause.target == "", ""), else_="one of its places")
    paused = select(Pause.destination, place.label("place"), Pause.not_before, Pause.reason)
    return db.session.execute(paused.where(Pause.not_before > func.now()).order_by(Pause.not_before).limit(MOST)).all()


def _quiet() -> Rows:
    quiet = select(Hub.url, Hub.not_before, Hub.reason, Hub.failures).where(Hub.not_before > func.now())
    return db.session.execute(quiet.order_by(Hub.not_before).limit(MOST)).all()


def _asking() -> Rows:
    asking = (
        select(
            Post.id, Post.asks_since, Post.reason, Video.title, Subscription.id.label("link_id"), Subscription.subreddit
        )
        .join(Video, Video.video_id == Post.video_id)
        .join(Subscription, Subscription.id == Post.subscription_id)
        .where(Post.state == "unknown", Post.asks_since.is_not(None))
    )
    return db.session.execute(asking.order_by(Post.asks_since).limit(MOST)).all()


def _schema(app: Flask) -> dict[str, str | None]:
    from yt_pubsub_handler.migration.status import schema_status  # noqa: PLC0415 - it needs Alembic, others do not.

    return schema_status(app, db.engine).as_dict()


def _history(app: Flask) -> tuple[dict[str, Any], str | None]:
    """The schema's owner is asked, and may be away while the app's own user is not."""
    from yt_pubsub_handler.db_utils import migration_history  # noqa: PLC0415 - see above.
    from yt_pubsub_handler.migration.errors import MigrationError  # noqa: PLC0415

    try:
        return migration_history(app, {"limit": RUNS}), None
    except MigrationError as error:
        return {"runs": [], "releases": []}, str(error)
