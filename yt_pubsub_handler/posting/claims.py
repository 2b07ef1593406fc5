"""
Without this file two drains would send the same post, and one that was killed would keep its posts for ever.

A claim is a lease with a token. Each statement here is a transaction of its own, and says how a post ended only as
long as the token is its claim's. `sent_at` is committed before a post leaves: an ended claim without it has sent
nothing, and one with it may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, text

from yt_pubsub_handler.database import execute_prepared

LEASE = timedelta(minutes=2)
"""Longer than any attempt: praw waits 16 s for an answer, and asks three times at most (token, post, why not)."""

_PLACE = "coalesce(lower(s.subreddit), s.target, '')"
_PAUSED = f"""
SELECT FROM pauses p WHERE p.destination = s.destination AND p.not_before > now()
    AND (p.target = '' OR p.target = {_PLACE} AND posts.state <> 'unknown')
"""
"""A place is not asked when one of its posts is looked for: the destination is."""
_LAPSED = text("""
UPDATE posts SET state = CASE WHEN sent_at IS NULL THEN 'pending' ELSE 'unknown' END,
    reason = CASE WHEN sent_at IS NULL THEN reason ELSE 'whoever sent it did not live to see the answer' END,
    claim = NULL, claimed_until = NULL
WHERE id IN (
    SELECT id FROM posts WHERE state = 'claimed' AND claimed_until <= now() ORDER BY id FOR UPDATE SKIP LOCKED
)
RETURNING id, state
""")
_CLAIM = text(f"""
WITH due AS (
    SELECT posts.id FROM posts JOIN subscriptions s ON s.id = posts.subscription_id
    WHERE posts.state IN ('pending', 'unknown') AND posts.due_at <= now() AND posts.asks_since IS NULL
        AND NOT EXISTS ({_PAUSED})
    ORDER BY posts.due_at, posts.id LIMIT :many FOR UPDATE OF posts SKIP LOCKED
)
UPDATE posts SET claim = :token, claimed_until = now() + :lease, state = 'claimed',
    -- What was sent before, and is known not to stand there, says nothing about this claim.
    sent_at = CASE posts.state WHEN 'unknown' THEN posts.sent_at END
FROM due, subscriptions s, videos v
WHERE posts.id = due.id AND s.id = posts.subscription_id AND v.video_id = posts.video_id
RETURNING posts.id, posts.created_at, posts.attempts, posts.sent_at, posts.due_at, now() - posts.sent_at AS age,
    s.destination, {_PLACE} AS place, coalesce(s.subreddit, s.target, '') AS typed_place,
    s.title_template, s.include_words, s.exclude_words, s.paused_at, s.removed_at AS link_removed_at,
    v.video_id, v.channel_id, v.title, v.author, v.removed_at
""")  # noqa: S608 - its parts are written here.
_SENT = f"""
UPDATE posts SET sent_at = now(), attempts = :attempts + 1, claimed_until = now() + :lease
WHERE posts.id = :id AND posts.claim = :token AND posts.state = 'claimed' AND posts.claimed_until > now()
    AND (SELECT v.removed_at IS NULL FROM videos v WHERE v.video_id = posts.video_id)
    AND (SELECT s.paused_at IS NULL AND s.removed_at IS NULL AND NOT EXISTS ({_PAUSED})
        FROM subscriptions s WHERE s.id = posts.subscription_id)
RETURNING posts.id
"""  # noqa: S608 - its parts are written here.
"""
Attempts are counted from what the claim saw: saying it again, where no answer came, counts once.

Each is one row by its key: as joins, for which an order has to be found, it took a third longer for each post.
"""
_FINISHED = """
UPDATE posts SET state = :state, claim = NULL, claimed_until = NULL, reason = :reason, due_at = now() + :wait,
    attempts = attempts - :uncounted, sent_at = CASE WHEN :state = 'pending' THEN NULL ELSE sent_at END,
    posted_at = CASE WHEN :state = 'posted' THEN now() END,
    asks_since = CASE WHEN :asks THEN now() END,
    external_id = :external_id, url = :url
WHERE id = :ended_id AND claim = :ended_token AND state = 'claimed'
RETURNING id
"""
_SEND, _FINISH = text(_SENT), text(_FINISHED)
_FINISH_AND_SEND = text(f"""
WITH finished AS ({_FINISHED}), sent AS ({_SENT}) SELECT EXISTS (SELECT FROM finished), EXISTS (SELECT FROM sent)
""")  # noqa: S608 - its parts are written here.
_WHY_NOT = text("""
SELECT v.removed_at, s.paused_at, s.removed_at AS link_removed_at
FROM posts JOIN subscriptions s ON s.id = posts.subscription_id JOIN videos v ON v.video_id = posts.video_id
WHERE posts.id = :id AND posts.claim = :token AND posts.state = 'claimed' AND posts.claimed_until > now()
""")
_RELEASE = text("""
UPDATE posts SET state = CASE WHEN sent_at IS NULL THEN 'pending' ELSE 'unknown' END, claim = NULL, claimed_until = NULL
WHERE claim = :token AND state = 'claimed' AND (CAST(:id AS bigint) IS NULL OR id = :id)
""")


@dataclass(frozen=True)
class Claimed:
    """A post that nobody else touches until its claim ends, with what is known of its video and its link."""

    id: int
    token: UUID
    created_at: datetime
    attempts: int
    sent_at: datetime | None
    """Where it is set, the post may stand there, and is looked for."""
    age: timedelta | None
    """How long ago that was, when it was claimed."""
    destination: str
    place: str
    """In the one form by which it is paused."""
    typed_place: str
    title_template: str
    include_words: list[str]
    exclude_words: list[str]
    video: Mapping[str, str]
    taken_back: str | None
    """Why it is not to be sent any more."""


@dataclass(frozen=True)
class Ending:
    """How a claim ends; `wait` is for how long nobody takes the post up again."""

    state: Literal["pending", "unknown", "posted", "failed", "skipped"]
    reason: str | None = None
    wait: timedelta = timedelta(0)
    asks: bool = False
    uncounted: bool = False
    """The attempt has certainly not been one."""
    external_id: str | None = None
    url: str | None = None


def recover(connection: Connection) -> list[tuple[int, str]]:
    """Take back the claims that have ended, and return the posts with the states they are in now."""
    return [(row.id, row.state) for row in connection.execute(_LAPSED)]


def claim(connection: Connection, token: UUID, many: int) -> list[Claimed]:
    """Claim up to `many` of what is due and not paused, the longest due first."""
    rows = connection.execute(_CLAIM, {"token": token, "lease": LEASE, "many": many}).all()
    return [_claimed(row, token) for row in sorted(rows, key=lambda row: (row.due_at, row.id))]


def may_send(connection: Connection, post: Claimed) -> bool:
    """
    Commit that `post` is being sent; False when that is not to happen: taken back, paused, or no longer ours.

    All of this is judged in the same statement, so that what was committed before it counts.
    """
    return connection.execute(_SEND, _to_send(post)).first() is not None


def why_not(connection: Connection, post: Claimed) -> str | None:
    """Say why a post that is still ours is never to be sent; None when it only has to wait, or is not ours."""
    row = connection.execute(_WHY_NOT, {"id": post.id, "token": post.token}).first()
    return None if row is None else _taken_back(row)


def finish(connection: Connection, post: Claimed, ending: Ending) -> bool:
    """Commit how `post` ended; False when it is no longer ours."""
    return connection.execute(_FINISH, _to_finish(post, ending)).first() is not None


def finish_and_send(connection: Connection, ended: Claimed, ending: Ending, post: Claimed) -> tuple[bool, bool]:
    """Do both for two posts in one statement, which saves a round trip for each; return what each returns."""
    ((finished, sent),) = execute_prepared(connection, _FINISH_AND_SEND, _to_finish(ended, ending) | _to_send(post))
    return finished, sent


def _to_send(post: Claimed) -> dict[str, Any]:
    return {"id": post.id, "token": post.token, "attempts": post.attempts, "lease": LEASE}


def _to_finish(post: Claimed, ending: Ending) -> dict[str, Any]:
    values = {name: getattr(ending, name) for name in ("state", "reason", "wait", "asks", "external_id", "url")}
    return values | {"ended_id": post.id, "ended_token": post.token, "uncounted": int(ending.uncounted)}


def release(connection: Connection, token: UUID, post: Claimed | None = None) -> None:
    """Give `post`, or all that is claimed with `token`, back as it was."""
    connection.execute(_RELEASE, {"token": token, "id": post.id if post else None})


def _claimed(row: Any, token: UUID) -> Claimed:
    same = ("id", "created_at", "attempts", "sent_at", "age", "destination", "place", "typed_place")
    words = ("title_template", "include_words", "exclude_words")
    return Claimed(
        **{name: getattr(row, name) for name in same + words},
        token=token,
        video={name: getattr(row, name) for name in ("title", "author", "channel_id", "video_id")},
        taken_back=_taken_back(row),
    )


def _taken_back(row: Any) -> str | None:
    if row.removed_at is not None:
        return "the video was taken back"
    if row.link_removed_at is not None:
        return "the subscription was removed"
    return "the subscription is paused" if row.paused_at is not None else None
