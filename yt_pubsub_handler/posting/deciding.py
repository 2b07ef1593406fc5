"""
Without this file a post whose end nobody could find out would wait for ever.

A person has looked, or knows why it failed and has put that right, and says what becomes of it.
"""

from __future__ import annotations

import logging
from typing import Literal

from sqlalchemy import text

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Post

logger = logging.getLogger(__name__)

_DECIDE = text("""
UPDATE posts SET state = :state, reason = :reason, asks_since = NULL, attempts = 0, sent_at = NULL, due_at = now()
WHERE id = :id AND (state = 'failed' OR state = 'unknown' AND asks_since IS NOT NULL)
RETURNING id
""")


def decide(post: Post, decision: Literal["retry", "dismiss"]) -> bool:
    """
    Send `post` again, or leave it for good, and commit; False when it does not wait for a person any more.

    "dismiss" is right also where it stands there: nothing is sent again.
    """
    state = {"retry": "pending", "dismiss": "skipped"}[decision]
    reason = {"retry": "a person wants it to be sent again", "dismiss": "a person wants it to be left"}[decision]
    done = db.session.execute(_DECIDE, {"id": post.id, "state": state, "reason": reason}).first()
    db.session.commit()
    if done:
        logger.info("post %s is %s: %s", post.id, state, reason)
    return done is not None
