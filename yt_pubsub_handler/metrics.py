"""
Without this file nobody would be woken up when posts pile up, or before the hub forgets us.

CloudWatch reads metrics out of log lines in its embedded metric format: no call, no right and no library is needed.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Select, func, select, text

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease, Post

logger = logging.getLogger(__name__)

NAMESPACE = "yt-pubsub-handler"
_OUTCOMES = ("posted", "failed", "skipped", "unknown")
_LATEST = 10_000
"""Posts are walked back from the newest: one hour of them, and never more than this."""
_UNITS = {"OldestPendingAge": "Seconds"}


def measure(app: Flask) -> dict[str, float]:
    """
    Return by name what there is to watch: the backlog, and how old it is; leases; the outcome of the last hour's posts.

    A lease that ends within a day should have been renewed days ago.
    """
    with app.app_context():
        db.session.execute(text("SET LOCAL statement_timeout = '10s'"))
        waiting = db.session.execute(_waiting()).one()
        leases = db.session.execute(_leases()).one()
        outcomes: dict[str, int] = dict(db.session.execute(_outcomes()).all())
        db.session.rollback()
    posts = {f"Posts{outcome.capitalize()}": float(outcomes.get(outcome, 0)) for outcome in _OUTCOMES}
    return {
        "Backlog": float(waiting.backlog),
        "OldestPendingAge": max(0.0, float(waiting.age or 0)),
        "PostsAsking": float(waiting.asking),
        "LeasesActive": float(leases.active),
        "LeasesExpiring": float(leases.expiring),
        "LeasesDegraded": float(leases.degraded),
        **posts,
    }


def tell(values: dict[str, float], environment: Mapping[str, str] = os.environ) -> None:
    """Write `values` where CloudWatch finds them; elsewhere than on Lambda as a plain line of the log."""
    function = environment.get("AWS_LAMBDA_FUNCTION_NAME")
    if function:
        # Not through logging: the metric has to be all that is in the line.
        print(json.dumps(_embedded(values, function)), flush=True)
    else:
        logger.info("measured: %s", ", ".join(f"{name} {value:g}" for name, value in values.items()))


def _embedded(values: dict[str, float], function: str) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["FunctionName"]], "Metrics": metrics}
    about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": about, "FunctionName": function, **values}


def _waiting() -> Select[Any]:
    """Both parts have an index of their own."""
    pending = select(func.extract("epoch", func.now() - func.min(Post.created_at))).where(Post.state == "pending")
    backlog = select(func.count()).where(Post.state.in_(("pending", "claimed")))
    asking = select(func.count()).where(Post.state == "unknown", Post.asks_since.is_not(None))
    return select(
        backlog.scalar_subquery().label("backlog"),
        pending.scalar_subquery().label("age"),
        asking.scalar_subquery().label("asking"),
    )


def _leases() -> Select[int, int, int]:
    soon = Lease.expires_at < func.now() + text("interval '1 day'")
    return select(
        func.count().label("active"),
        func.count().filter(soon).label("expiring"),
        func.count().filter(Lease.degraded_at.is_not(None)).label("degraded"),
    ).where(Lease.state == "active", Lease.mode == "subscribe")


def _outcomes() -> Select[Any]:
    latest = select(Post.state, Post.created_at).order_by(Post.id.desc()).limit(_LATEST).subquery()
    recent = latest.c.created_at > func.now() - text("interval '1 hour'")
    return select(latest.c.state, func.count()).where(recent).group_by(latest.c.state)
