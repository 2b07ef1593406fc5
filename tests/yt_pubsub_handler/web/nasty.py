"""A database in which everything that can be shown is shown, and everything that somebody typed is an attack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Channel, Hub, Lease, Pause, Post, Subscription, Video

CHANNEL, OTHER_CHANNEL, PAUSED_CHANNEL, GONE_CHANNEL = (f"UC{letter * 22}" for letter in "abcd")
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
STATES = ("posted", "failed", "skipped", "pending", "claimed", "unknown")


def link(subreddit: str = "Aww", channel: str = CHANNEL, **more: Any) -> int:
    """Make a link, in an app's context, and return its id."""
    row = Subscription(channel_id=channel, subreddit=subreddit, **{"created_by": "Mia_Mod", **more})
    db.session.add(row)
    db.session.commit()
    return row.id


def post(link_id: int, number: int, title: str = "A heron", **more: Any) -> int:
    """Queue a post, in an app's context, and return its id."""
    video = f"VIDEOID{number:04}"
    if db.session.get(Video, video) is None:
        about = {"author": ATTACK, "published_at": NOW, "updated_at": NOW}
        db.session.add(Video(video_id=video, channel_id=CHANNEL, title=title, **about))
        db.session.flush()
    row = Post(subscription_id=link_id, video_id=video, **more)
    db.session.add(row)
    db.session.commit()
    return row.id


def lease(channel: str, **more: Any) -> None:
    key = f"{db.session.query(Lease).count():043}"
    about = {"topic": "t", "callback_key": key, "secret": "s" * 40, **more}
    db.session.add(Lease(channel_id=channel, **about))
    db.session.commit()


def fill(app: Flask) -> int:
    """Fill the database, and return the id of the link that has everything; it is one of Mia_Mod's r/Aww."""
    with app.app_context():
        for channel in (CHANNEL, OTHER_CHANNEL, PAUSED_CHANNEL, GONE_CHANNEL):
            db.session.add(Channel(channel_id=channel, title=ATTACK, handle=ATTACK))
        typed: dict[str, Any] = {"title_template": ATTACK, "include_words": [ATTACK], "exclude_words": [ATTACK, "b"]}
        full = link(**typed)
        link(channel=OTHER_CHANNEL)
        link(channel=PAUSED_CHANNEL, paused_at=NOW, paused_reason=ATTACK)
        link(channel=GONE_CHANNEL, removed_at=NOW)
        link("cats", created_by="Otto_Other")
        for number, state in enumerate(STATES):
            post(full, number, ATTACK, state=state, reason=ATTACK, url="https://www.reddit.com/r/aww/comments/1")
        post(full, 8, ATTACK, state="unknown", asks_since=NOW, reason=ATTACK)
        post(full, 9, ATTACK, state="posted", posted_at=NOW, url="javascript:alert(1)")
        for number in range(10, 40):
            post(full, number, state="posted", created_at=NOW - timedelta(days=number - 10))
        lease(CHANNEL, state="denied", denied_at=NOW, reason=ATTACK)
        stands = {"state": "active", "verified_at": NOW - HOUR, "expires_at": NOW + HOUR}
        lease(OTHER_CHANNEL, **stands, degraded_at=NOW, last_push_at=NOW - HOUR)
        db.session.add(Pause(destination="reddit", target="aww", not_before=NOW + HOUR, reason=ATTACK))
        db.session.add(Hub(url="https://hub.example/", not_before=NOW + HOUR, failures=1, reason=ATTACK))
        db.session.commit()
        return full
