"""
Whether this code works on the database it is given, without a server: `python -m yt_pubsub_handler.smoke`.

It is shipped, because it is the release in production that has to be asked, on the schema that is about to meet it. All
it writes is in one transaction that is rolled back.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import Flask
from sqlalchemy import Connection, Engine, select

from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Post, Subscription, Video
from yt_pubsub_handler.websub.leases import open_lease
from yt_pubsub_handler.websub.signature import sign

_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><entry>
  <id>yt:video:{video}</id><yt:videoId>{video}</yt:videoId><yt:channelId>{channel}</yt:channelId>
  <title>Smoke</title><author><name>Smoke</name></author>
  <published>{at}</published><updated>{at}</updated>
</entry></feed>"""


def find_fault(app: Flask) -> str | None:
    """Ask for the status and deliver a signed notification; return what does not work, None when all does."""
    with app.app_context():
        return _status(app) or _notification(app)


def _status(app: Flask) -> str | None:
    answer = app.test_client().get("/status")
    return None if answer.status_code == 200 else f"GET /status answers {answer.status_code}: {answer.text.strip()}"


def _notification(app: Flask) -> str | None:
    channel, video = f"UC{secrets.token_urlsafe(32)[:22]}", secrets.token_urlsafe(16)[:11]
    with _taken_back():
        lease = open_lease(channel, hub_echoes_token=True)
        db.session.add(Subscription(channel_id=channel, subreddit="smoke"))
        db.session.commit()
        key, secret = lease.callback_key, lease.secret
        # Later than the subscription, by the clock of whichever machine: what went up before it is not posted.
        at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        body = _FEED.format(video=video, channel=channel, at=at).encode()
        answer = app.test_client().post(
            f"/pubsubhub/hook/{key}", data=body, headers={"X-Hub-Signature": sign(body, secret)}
        )
        if answer.status_code != 204:
            return f"a signed notification is answered with {answer.status_code}: {answer.text.strip()}"
        if db.session.get(Video, video) is None:
            return "a signed notification is accepted, and its video is not recorded"
        if db.session.scalar(select(Post.state).where(Post.video_id == video)) != "pending":
            return "a new video is recorded, and no post is queued for it"
    return None


@contextmanager
def _taken_back() -> Iterator[None]:
    """Have the session's commits end in a transaction that is rolled back (Flask-SQLAlchemy's own way of testing)."""
    engine = db.engine
    engines = cast(dict[str | None, Engine | Connection], db.engines)
    with engine.connect() as connection, connection.begin() as transaction, connection.begin_nested():
        engines[None] = connection  # A session takes either.
        try:
            yield
        finally:
            db.session.remove()
            engines[None] = engine
            transaction.rollback()


def main() -> int:
    """Return 0 when this release works on the database that DATABASE_URL names, 1 and a line when it does not."""
    fault = find_fault(create_app())
    if fault:
        print(fault, file=sys.stderr)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
