"""Posted once, never twice, and never what went up before somebody asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from yt_pubsub_handler import relay
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease, Subscription
from yt_pubsub_handler.notification import AnnouncedVideo, Notification, RemovedVideo
from yt_pubsub_handler.relay import Delivered, Recorded
from yt_pubsub_handler.websub.leases import open_lease

CHANNEL, OTHER_CHANNEL = "UC" + "x" * 22, "UC" + "y" * 22
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POSTS = (
    "SELECT video_id, subreddit, state FROM posts JOIN subscriptions s ON s.id = subscription_id "
    "ORDER BY video_id, subreddit"
)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def link(subreddit: str, made: datetime = NOON, **more: Any) -> None:
    db.session.add(Subscription(channel_id=CHANNEL, subreddit=subreddit, created_at=made, **more))
    db.session.commit()


def video(video_id: str = "VIDEOID0011", **changes: Any) -> AnnouncedVideo:
    said: dict[str, Any] = {
        "channel_id": CHANNEL,
        "title": "Tom & Jerry",
        "author": "Channel",
        "published_at": NOON + HOUR,
        "updated_at": NOON + HOUR,
    }
    return AnnouncedVideo(video_id=video_id, **(said | changes))


def removed(when: datetime, video_id: str = "VIDEOID0011", channel: str | None = CHANNEL) -> RemovedVideo:
    return RemovedVideo(video_id, channel, when)


def record(*said: AnnouncedVideo | RemovedVideo) -> Recorded:
    announced = tuple(video for video in said if isinstance(video, AnnouncedVideo))
    gone = tuple(video for video in said if isinstance(video, RemovedVideo))
    return relay.record(Notification(announced, gone), CHANNEL)


def test_a_new_video_is_queued_once_for_each_link_of_its_channel(rows: Any) -> None:
    link("videos")
    link("aww")
    db.session.add(Subscription(channel_id=OTHER_CHANNEL, subreddit="cats", created_at=NOON))
    db.session.commit()

    done = record(video())

    assert done == Recorded(new=1, queued=2)
    assert rows(POSTS) == [("VIDEOID0011", "aww", "pending"), ("VIDEOID0011", "videos", "pending")]


def test_neither_a_repetition_nor_an_edit_queues_again(rows: Any) -> None:
    link("aww")
    record(video())

    again = record(video())
    edited = record(video(title="Spike", updated_at=NOON + 2 * HOUR))

    assert (again, edited) == (Recorded(), Recorded(edited=1))
    assert rows(POSTS) == [("VIDEOID0011", "aww", "pending")]


def test_an_edit_of_what_went_up_before_the_link_was_made_queues_nothing(rows: Any) -> None:
    """YouTube tells of old videos too, when their description changes."""
    link("aww", made=NOON)

    before = record(video("VIDEOID0001", published_at=NOON - timedelta(seconds=1), updated_at=NOON + HOUR))
    at_once = record(video("VIDEOID0002", published_at=NOON))

    assert (before, at_once) == (Recorded(new=1), Recorded(new=1, queued=1))
    assert rows(POSTS) == [("VIDEOID0002", "aww", "pending")]


def test_a_link_made_after_a_video_was_heard_of_never_gets_it(rows: Any) -> None:
    record(video())
    link("aww", made=NOON)

    record(video(updated_at=NOON + 2 * HOUR))

    assert rows(POSTS) == []


def test_what_goes_up_while_a_link_is_paused_is_not_queued(rows: Any) -> None:
    link("aww", paused_at=NOON)

    assert record(video()) == Recorded(new=1)
    assert rows(POSTS) == []


def test_what_goes_up_after_a_link_was_removed_is_not_queued(rows: Any) -> None:
    link("aww", removed_at=NOON)

    assert record(video()) == Recorded(new=1)
    assert rows(POSTS) == []


def test_a_video_taken_back_in_time_is_not_posted(rows: Any) -> None:
    link("aww")
    record(video())

    done = record(removed(NOON + 2 * HOUR))

    assert done == Recorded(removed=1, skipped=1)
    assert rows(POSTS) == [("VIDEOID0011", "aww", "skipped")]
    assert rows("SELECT reason FROM posts") == [("the video was taken back before it was posted",)]


@pytest.mark.parametrize("state", ["claimed", "unknown", "posted", "failed"])
def test_what_is_no_longer_pending_is_left_to_whoever_has_it(state: str, rows: Any, postgresql: Any) -> None:
    link("aww")
    record(video())
    postgresql.execute("UPDATE posts SET state = %s", (state,))
    postgresql.commit()

    assert record(removed(NOON + 2 * HOUR)) == Recorded(removed=1)
    assert rows(POSTS) == [("VIDEOID0011", "aww", state)]


def test_a_video_that_comes_back_is_not_queued_again(rows: Any) -> None:
    link("aww")
    for said in (video(), removed(NOON + 2 * HOUR), video(updated_at=NOON + 3 * HOUR)):
        record(said)

    assert rows(POSTS) == [("VIDEOID0011", "aww", "skipped")]
    assert rows("SELECT removed_at FROM videos") == [(None,)]


def test_a_tombstone_heard_again_keeps_its_first_time(rows: Any) -> None:
    record(video())
    record(removed(NOON + 2 * HOUR))

    assert record(removed(NOON + 3 * HOUR)) == Recorded()
    assert rows("SELECT removed_at FROM videos") == [(NOON + 2 * HOUR,)]


def test_of_an_entry_and_a_tombstone_in_one_notification_the_later_counts(rows: Any) -> None:
    link("aww")

    gone = record(video("VIDEOID0001"), removed(NOON + 2 * HOUR, "VIDEOID0001"))
    back = record(removed(NOON, "VIDEOID0002"), video("VIDEOID0002"))

    assert (gone, back) == (Recorded(), Recorded(new=1, queued=1))


def test_a_tombstone_without_a_channel_is_that_of_the_lease() -> None:
    record(video())

    assert record(removed(NOON + 2 * HOUR, channel=None)) == Recorded(removed=1)


def test_nothing_is_believed_about_another_channel(rows: Any) -> None:
    """The hub's signature says for which channel it speaks."""
    record(video(title="ours"))

    claimed = record(video(channel_id=OTHER_CHANNEL, title="theirs", updated_at=NOON + 9 * HOUR))
    stolen = relay.record(
        Notification((video(channel_id=OTHER_CHANNEL, title="theirs", updated_at=NOON + 9 * HOUR),), ()),
        OTHER_CHANNEL,
    )
    taken_back = relay.record(Notification((), (removed(NOON + 9 * HOUR, channel=OTHER_CHANNEL),)), OTHER_CHANNEL)

    assert (claimed, stolen, taken_back) == (Recorded(), Recorded(), Recorded())
    assert rows("SELECT channel_id, title, removed_at FROM videos") == [(CHANNEL, "ours", None)]


def test_many_videos_at_once_are_many_rows(rows: Any) -> None:
    link("aww")
    videos = [video(f"VIDEOID{number:04}") for number in range(50, 0, -1)]

    assert record(*videos, video("VIDEOID0001", title="twice", updated_at=NOON + 2 * HOUR)) == Recorded(
        new=50, queued=50
    )
    assert rows("SELECT count(*) FROM videos WHERE title = 'twice'") == [(1,)]


def test_one_subreddit_is_linked_to_a_channel_once_whatever_its_case() -> None:
    link("aww")

    with pytest.raises(IntegrityError, match="uq_subscriptions_channel_id_subreddit"):
        link("AWW")


@pytest.fixture
def lease() -> Lease:
    lease = open_lease(CHANNEL, hub_echoes_token=True)
    lease.degraded_at = NOON
    db.session.commit()
    return lease


KEPT = "SELECT lease_id, announced, removed, queued, skipped FROM notifications ORDER BY id"


def test_a_delivery_is_kept_with_what_became_of_it(lease: Lease, rows: Any) -> None:
    link("aww")
    link("videos")
    other = video("VIDEOID0099", channel_id=OTHER_CHANNEL)
    lease_id = lease.id

    relay.record_delivery(Notification((video(), video("VIDEOID0012"), other), ()), CHANNEL, lease_id)
    relay.record_delivery(Notification((), (removed(NOON + 2 * HOUR),)), CHANNEL, lease_id)
    relay.record_delivery(Notification((other,), ()), CHANNEL, lease_id)

    assert rows(KEPT) == [(lease_id, 2, 0, 4, 0), (lease_id, 0, 1, 0, 2), (lease_id, 0, 0, 0, 0)]


def test_a_delivery_shows_that_its_lease_works_and_no_other(lease: Lease, rows: Any) -> None:
    other = open_lease(CHANNEL, hub_echoes_token=True)
    other.degraded_at = NOON
    db.session.commit()

    relay.record_delivery(Notification((video(),), ()), CHANNEL, lease.id)

    assert rows("SELECT last_push_at > now() - interval '1 minute', degraded_at FROM leases ORDER BY id") == [
        (True, None),
        (None, NOON),
    ]


def test_what_we_found_ourselves_is_no_delivery(lease: Lease, rows: Any) -> None:
    assert record(video()) == Recorded(new=1)

    assert rows(KEPT) == []
    assert rows("SELECT last_push_at, degraded_at FROM leases") == [(None, NOON)]


def test_a_delivery_by_a_lease_that_was_just_pruned_is_recorded_all_the_same(lease: Lease, rows: Any) -> None:
    lease_id = lease.id
    db.session.delete(lease)
    db.session.commit()

    assert relay.record_delivery(Notification((video(),), ()), CHANNEL, lease_id) == Delivered(Recorded(new=1), None)
    assert rows(KEPT) == []


@pytest.mark.parametrize("said", [video(title="Spike", updated_at=NOON + 2 * HOUR), removed(NOON + 2 * HOUR)])
def test_nothing_is_recorded_by_a_lease_that_has_ended(
    said: AnnouncedVideo | RemovedVideo, lease: Lease, rows: Any
) -> None:
    link("aww")
    record(video())
    before = rows("SELECT videos, posts FROM videos, posts")
    lease_id, lease.mode, lease.state = lease.id, "unsubscribe", "unsubscribed"
    db.session.commit()
    announced, gone = ((said,), ()) if isinstance(said, AnnouncedVideo) else ((), (said,))
    new = video("VIDEOID0099")

    done = relay.record_delivery(Notification((*announced, new), gone), CHANNEL, lease_id)

    assert done == Delivered(Recorded(), "unsubscribed")
    assert rows("SELECT videos, posts FROM videos, posts") == before
    assert rows("SELECT last_push_at, degraded_at FROM leases") == [(None, NOON)]
    assert rows(KEPT) == []


def test_all_of_a_delivery_is_stored_or_nothing(lease: Lease, rows: Any, postgresql: Any) -> None:
    """What was stored and not queued would never be: the next delivery of it is no news."""
    link("aww")
    postgresql.execute("ALTER TABLE notifications ADD CONSTRAINT no_room CHECK (queued = 0)")
    postgresql.commit()

    with pytest.raises(IntegrityError, match="no_room"):
        relay.record_delivery(Notification((video(),), ()), CHANNEL, lease.id)
    db.session.rollback()

    assert rows("SELECT count(*) FROM videos") == rows("SELECT count(*) FROM posts") == [(0,)]
