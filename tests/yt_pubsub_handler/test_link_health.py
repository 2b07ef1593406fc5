"""Why a video did not appear can be told from what is in the database, by whoever is not us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from yt_pubsub_handler.database import db
from yt_pubsub_handler.link_health import (
    DAYS,
    PAGE,
    Day,
    Standing,
    database_time,
    days_of,
    find_post,
    links_of,
    posts_of,
    removed_lately,
    standings,
)
from yt_pubsub_handler.models import Channel, Lease, Post, Subscription, Video

CHANNEL = "UC" + "x" * 22
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def link(subreddit: str | None = "aww", channel: str = CHANNEL, **more: Any) -> int:
    row = Subscription(channel_id=channel, subreddit=subreddit, **more)
    db.session.add(row)
    db.session.commit()
    return row.id


def post(link_id: int, number: int, **more: Any) -> int:
    video = f"VIDEOID{number:04}"
    if db.session.get(Video, video) is None:
        about = {"title": f"video {number}", "author": "a", "published_at": NOW, "updated_at": NOW}
        db.session.add(Video(video_id=video, channel_id=CHANNEL, **about))
        db.session.flush()
    row = Post(subscription_id=link_id, video_id=video, **more)
    db.session.add(row)
    db.session.commit()
    return row.id


def lease(state: str, **more: Any) -> None:
    count = db.session.query(Lease).count()
    about = {"topic": "t", "callback_key": f"{count:043}", "secret": "s" * 40, **more}
    if state == "active":
        about = {"verified_at": NOW - HOUR, "expires_at": NOW + HOUR} | about
    db.session.add(Lease(channel_id=CHANNEL, state=state, **about))
    db.session.commit()


def standing() -> Standing:
    return standings([CHANNEL], NOW)[CHANNEL]


def test_a_lease_that_stands_is_live_until_its_end() -> None:
    lease("active", last_push_at=NOW - HOUR)

    assert standing() == Standing("live", until=NOW + HOUR, last_push_at=NOW - HOUR)


def test_a_push_that_never_came_is_told() -> None:
    lease("active", degraded_at=NOW - HOUR)

    assert standing() == Standing("degraded", until=NOW + HOUR, degraded_at=NOW - HOUR)


def test_of_two_leases_the_one_that_works_counts() -> None:
    """While a secret is replaced there are two, and one may have missed what the other brought."""
    lease("active", expires_at=NOW + 5 * HOUR, degraded_at=NOW)
    lease("active", expires_at=NOW + HOUR, last_push_at=NOW)
    lease("pending")

    assert standing() == Standing("live", until=NOW + HOUR, last_push_at=NOW)


def test_before_a_lease_is_asked_for_it_is_waited_for() -> None:
    assert standing() == Standing("waiting")


def test_a_lease_that_the_hub_has_not_verified_is_waited_for() -> None:
    lease("pending")

    assert standing() == Standing("waiting")


def test_a_denial_comes_with_the_hubs_reason() -> None:
    lease("denied", denied_at=NOW, reason="no such topic")

    assert standing() == Standing("denied", reason="no such topic")


@pytest.mark.parametrize("state", ["active", "expired"])
def test_a_lease_that_is_over_is_not_live_even_if_nobody_has_marked_it(state: str) -> None:
    lease(state, verified_at=NOW - 2 * HOUR, expires_at=NOW - HOUR)

    assert standing() == Standing("ended", until=NOW - HOUR)


def test_a_lease_that_is_being_ended_does_not_count() -> None:
    lease("active", mode="unsubscribe")

    assert standing() == Standing("waiting")


def test_links_are_those_of_the_subreddits_and_of_no_others() -> None:
    db.session.add(Channel(channel_id=CHANNEL, title="Birds"))
    mine = link("AWW")
    link("birds")
    link(None, destination="discord", target="https://discord.example/1")
    link("aww", "UC" + "y" * 22, removed_at=NOW)
    post(mine, 1, state="posted", posted_at=NOW)
    post(mine, 2, state="failed")
    post(mine, 3, state="unknown", asks_since=NOW)
    post(mine, 4, state="unknown")

    (only,) = links_of(["aww"])

    assert (only.Subscription.id, only.place, only.title, only.asking, only.posted_at) == (mine, "aww", "Birds", 2, NOW)
    assert links_of([]) == []


def test_what_was_removed_within_the_hour_is_told_apart() -> None:
    now = database_time()
    link("birds")
    link("aww", "UC" + "y" * 22, removed_at=now - timedelta(minutes=61))
    lately = link("aww", removed_at=now - timedelta(minutes=59))
    link("cats", removed_at=now)

    assert [row.Subscription.id for row in removed_lately(["aww", "birds"])] == [lately]


def test_posts_come_newest_first_and_by_the_page() -> None:
    mine, other = link(), link("birds")
    ids = [post(mine, number) for number in range(PAGE + 2)]
    post(other, 1)

    first, before = posts_of(mine)
    second, end = posts_of(mine, before)

    assert [row.Post.id for row in [*first, *second]] == ids[::-1]
    assert (len(first), len(second), end) == (PAGE, 2, None)


def test_a_page_that_is_just_full_has_none_after_it() -> None:
    mine = link()
    for number in range(PAGE):
        post(mine, number)

    assert posts_of(mine)[1] is None


def test_what_a_person_can_decide_is_marked() -> None:
    mine = link()
    post(mine, 1, state="failed")
    post(mine, 2, state="unknown", asks_since=NOW)
    for number, state in enumerate(("unknown", "pending", "claimed", "posted", "skipped"), 3):
        post(mine, number, state=state)

    assert [row.Post.state for row in posts_of(mine)[0] if row.asks] == ["unknown", "failed"]


def test_another_links_post_is_not_found() -> None:
    mine, other = link(), link("birds")
    post_id = post(mine, 1)

    assert (find_post(mine, post_id) is None, find_post(other, post_id)) == (False, None)


def test_each_of_thirty_days_is_counted_in_utc() -> None:
    mine, other = link(), link("birds")
    midnight = datetime(2026, 11, 27, tzinfo=UTC)
    post(mine, 1, state="posted", created_at=midnight)
    post(mine, 2, state="posted", created_at=midnight - timedelta(seconds=1))
    post(mine, 3, state="failed", created_at=midnight - timedelta(seconds=1))
    post(mine, 4, state="skipped", created_at=midnight)
    post(mine, 5, state="pending", created_at=midnight)
    post(mine, 6, state="posted", created_at=midnight - timedelta(days=DAYS))
    post(other, 1, state="posted", created_at=midnight)

    days = days_of(mine, NOW)

    assert (len(days), days[0]) == (DAYS, Day(date(2026, 10, 29)))
    assert days[-2:] == [Day(date(2026, 11, 26), 1, 1, 0), Day(date(2026, 11, 27), 1, 0, 2)]
    assert sum(day.all for day in days) == 5
