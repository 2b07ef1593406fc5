"""What is old goes in small bites, and nothing that went is ever posted again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from yt_pubsub_handler import relay
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease, Notification, Post, Subscription, Video
from yt_pubsub_handler.notification import AnnouncedVideo, RemovedVideo
from yt_pubsub_handler.notification import Notification as Told
from yt_pubsub_handler.people.models import Account, RateLimit, SignIn
from yt_pubsub_handler.retention import Pruned, prune
from yt_pubsub_handler.websub.leases import open_lease

CHANNEL = "UC" + "x" * 22
DAY = timedelta(days=1)
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def lease(**changes: Any) -> Lease:
    made = open_lease(CHANNEL, hub_echoes_token=True)
    for name, value in changes.items():
        setattr(made, name, value)
    db.session.commit()
    return made


def notify(of: Lease, *ages: float) -> None:
    for age in ages:
        counts = {"announced": 1, "removed": 0, "queued": 0, "skipped": 0}
        db.session.add(Notification(lease_id=of.id, received_at=NOW - age * DAY, **counts))
    db.session.commit()


def link() -> int:
    made = Subscription(channel_id=CHANNEL, subreddit="aww", created_at=NOW - 1000 * DAY)
    db.session.add(made)
    db.session.commit()
    return made.id


def post(number: int, to: int, state: str, age: float) -> None:
    when = NOW - age * DAY
    video = f"VIDEOID{number:04}"
    db.session.add(Video(video_id=video, channel_id=CHANNEL, title="t", author="a", published_at=when, updated_at=when))
    db.session.flush()
    db.session.add(Post(video_id=video, subscription_id=to, state=state, created_at=when))
    db.session.commit()


def test_old_notifications_go(app: Flask, rows: Any) -> None:
    notify(lease(), 31, 29, 40, 0)

    assert prune(app) == Pruned(notifications=2, posts=0, leases=0, finished=True)
    assert rows("SELECT count(*), max(now() - received_at) < interval '30 days' FROM notifications") == [(2, True)]


@pytest.mark.parametrize("state", ["posted", "failed", "skipped"])
def test_an_old_post_that_is_finished_goes_and_its_video_stays(state: str, app: Flask, rows: Any) -> None:
    to = link()
    post(1, to, state, 181)
    post(2, to, state, 179)

    assert prune(app).posts == 1
    assert rows("SELECT video_id FROM posts") == [("VIDEOID0002",)]
    assert rows("SELECT count(*) FROM videos") == [(2,)]


@pytest.mark.parametrize("state", ["pending", "claimed", "unknown"])
def test_what_is_not_finished_stays_however_old_it_is(state: str, app: Flask, rows: Any) -> None:
    post(1, link(), state, 1000)

    assert prune(app).posts == 0
    assert rows("SELECT state FROM posts") == [(state,)]


@pytest.mark.parametrize(
    "again",
    [
        lambda video: Told((video,), ()),
        lambda video: Told((_edited(video, title="Another"),), ()),
        lambda video: Told((), (RemovedVideo(video.video_id, CHANNEL, NOW),)),
        lambda video: Told((_edited(video, published_at=NOW + DAY, updated_at=NOW + DAY),), ()),
    ],
    ids=["repeated", "edited", "taken back", "published anew"],
)
def test_a_video_whose_post_has_gone_is_not_posted_again(again: Any, app: Flask, rows: Any) -> None:
    """Videos are kept for this: their row, not the post's, says that a video is not new."""
    link()
    when = NOW - 200 * DAY
    video = AnnouncedVideo("VIDEOID0001", CHANNEL, "A title", "A channel", when, when)
    assert relay.record(Told((video,), ()), CHANNEL).queued == 1
    db.session.execute(db.update(Post).values(state="posted", created_at=when))
    db.session.commit()
    assert prune(app).posts == 1

    for _ in range(2):
        relay.record(again(video), CHANNEL)

    assert rows("SELECT * FROM posts") == []


def _edited(video: AnnouncedVideo, **changes: Any) -> AnnouncedVideo:
    return AnnouncedVideo(**{**vars(video), "updated_at": NOW, **changes})


@pytest.mark.parametrize("state", ["expired", "unsubscribed"])
def test_a_lease_that_has_long_been_over_goes(state: str, app: Flask, rows: Any) -> None:
    def ended(days: float) -> dict[str, Any]:
        return {"state": state, "requested_at": NOW - 90 * DAY, "expires_at": NOW - days * DAY}

    lease(**ended(31))
    kept = lease(**ended(29))

    assert prune(app).leases == 1
    assert rows("SELECT id FROM leases") == [(kept.id,)]


def test_a_lease_that_was_never_verified_is_over_when_it_was_asked_for(app: Flask) -> None:
    lease(state="expired", requested_at=NOW - 31 * DAY)
    lease(state="expired", requested_at=NOW - 29 * DAY)

    assert prune(app).leases == 1


@pytest.mark.parametrize("state", ["pending", "denied", "active"])
def test_a_lease_that_is_not_over_stays(state: str, app: Flask) -> None:
    long_ago = NOW - 90 * DAY
    lease(state=state, requested_at=long_ago, verified_at=long_ago, expires_at=long_ago)

    assert prune(app).leases == 0


def test_a_lease_outlives_its_notifications(app: Flask, rows: Any) -> None:
    """Or deleting one row would delete ten thousand with it."""
    over = lease(state="expired", requested_at=NOW - 90 * DAY)
    notify(over, 29)

    assert prune(app).leases == 0
    db.session.execute(db.update(Notification).values(received_at=NOW - 31 * DAY))
    db.session.commit()
    assert prune(app) == Pruned(notifications=1, posts=0, leases=1, finished=True)


def test_each_batch_is_a_small_transaction(app: Flask, rows: Any) -> None:
    notify(lease(), *[40] * 7)
    to = link()
    for number in range(7):
        post(number, to, "posted", 200)
    deleted: list[int] = []

    def count(*args: Any) -> None:
        if args[2].startswith("DELETE"):
            deleted.append(args[1].rowcount)

    event.listen(db.engine, "after_cursor_execute", count)
    commits: list[object] = []
    event.listen(db.engine, "commit", commits.append)
    done = prune(app, batch=3)

    assert done == Pruned(notifications=7, posts=7, leases=0, finished=True)
    assert max(deleted) == 3
    assert len(commits) >= len(deleted)


def test_the_first_post_that_stays_does_not_hide_the_old_ones_behind_it(app: Flask, rows: Any) -> None:
    to = link()
    for number in range(6):
        post(number, to, "unknown" if number < 4 else "posted", 200)

    assert prune(app, batch=2).posts == 2
    assert rows("SELECT count(*) FROM posts") == [(4,)]


def test_new_posts_are_not_walked_over(app: Flask) -> None:
    to = link()
    for number in range(10):
        post(number, to, "posted", 1)
    walked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: walked.append(args[2]))

    prune(app, batch=2)

    assert len([statement for statement in walked if statement.startswith("SELECT posts.id")]) == 1


def test_what_is_locked_is_left_to_the_next_run(app: Flask, postgresql: Any, rows: Any) -> None:
    to = link()
    post(1, to, "posted", 200)
    post(2, to, "posted", 200)

    with postgresql.transaction():
        postgresql.execute("SELECT 1 FROM posts WHERE video_id = 'VIDEOID0001' FOR UPDATE")
        began = time.monotonic()
        assert prune(app).posts == 1
        assert time.monotonic() - began < 2
    assert prune(app).posts == 1


def test_a_sign_in_that_has_ended_goes_with_its_tokens(app: Flask, rows: Any) -> None:
    account = Account(reddit_id="t2_abc", name="somebody")
    db.session.add(account)
    db.session.flush()
    hour = timedelta(hours=1)
    for number, (expires, seen) in enumerate([(9, 11), (9, 13), (-1, 0), (100, 0)]):
        when = {"expires_at": NOW + expires * hour, "seen_at": NOW - seen * hour}
        db.session.add(SignIn(account_id=account.id, token_hash=f"{number:064x}", access_token="a", **when))
    db.session.commit()

    assert prune(app).sign_ins == 2
    assert rows("SELECT right(token_hash, 1) FROM sign_ins ORDER BY 1") == [("0",), ("3",)]
    assert rows("SELECT count(*) FROM accounts") == [(1,)]


def test_old_counts_go(app: Flask, rows: Any) -> None:
    for age in (0.9, 1.1, 3):
        db.session.add_all(RateLimit(key=key, window_start=NOW - age * DAY, count=1) for key in "ab")
    db.session.commit()

    assert prune(app, batch=3).counts == 4
    assert rows("SELECT key FROM rate_limits ORDER BY 1") == [("a",), ("b",)]


def test_a_run_without_time_says_that_it_has_not_finished(app: Flask) -> None:
    notify(lease(), 40)

    assert prune(app, seconds=0) == Pruned(notifications=0, posts=0, leases=0, finished=False)
