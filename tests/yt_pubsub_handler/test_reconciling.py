"""A push that never came is made up for, once, and without being a burden to YouTube."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from flask import Flask

from tests.yt_pubsub_handler.youtube import Asked, Said, YouTube, standing_in
from yt_pubsub_handler import relay
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Channel, Hub, Subscription
from yt_pubsub_handler.reconciling import Reconciled, reconcile
from yt_pubsub_handler.settings import keep_settings, settings_of
from yt_pubsub_handler.websub.feed import read_notification
from yt_pubsub_handler.websub.leases import open_lease

CHANNEL, OTHER = "UC" + "x" * 22, "UC" + "y" * 22
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_ENTRY = """<entry><id>yt:video:{id}</id><yt:videoId>{id}</yt:videoId><yt:channelId>{channel}</yt:channelId>
<title>{title}</title><author><name>The channel</name></author><published>{published}</published>
<updated>{updated}</updated></entry>"""
POSTS = "SELECT video_id, state FROM posts ORDER BY video_id"


def entry(video_id: str, published: datetime, updated: datetime | None = None, title: str = "A title") -> str:
    return _ENTRY.format(
        id=video_id, channel=CHANNEL, title=title, published=published.isoformat("T", "seconds"),
        updated=(updated or published).isoformat("T", "seconds"),
    )  # fmt: skip


def feed(*entries: str) -> bytes:
    names = 'xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"'
    return f"<feed {names}><title>The channel</title>{''.join(entries)}</feed>".encode()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def asking(app: Flask, youtube: YouTube) -> Iterator[Flask]:
    """Yield the app with YouTube's feeds at the stand-in, in its context."""
    keep_settings(app, replace(settings_of(app), youtube_feed_url=f"{youtube.url}/feeds/videos.xml"))
    with app.app_context():
        yield app


@pytest.fixture
def run(asking: Flask) -> Callable[[], Reconciled]:
    return lambda: reconcile(asking, 60, pause=0)


@pytest.fixture
def followed(asking: Flask, now: datetime) -> None:
    """One link, made a day ago, whose channel's feed is due."""
    follow(CHANNEL, now - DAY)


def follow(channel: str, since: datetime, **more: Any) -> None:
    db.session.add(Subscription(channel_id=channel, subreddit="aww", created_at=since, **more))
    db.session.add(Channel(channel_id=channel))
    db.session.commit()


def lease(now: datetime, verified: timedelta = DAY, **more: Any) -> int:
    opened = open_lease(CHANNEL, hub_echoes_token=True)
    opened.state, opened.verified_at, opened.expires_at = "active", now - verified, now + 5 * DAY
    for name, value in more.items():
        setattr(opened, name, value)
    db.session.commit()
    return opened.id


def pushed(body: bytes, now: datetime) -> None:
    relay.record(read_notification(body, now), CHANNEL)


def due_again() -> None:
    db.session.execute(db.update(Channel).values(feed_due_at=db.func.now()))
    db.session.commit()


def minutes_until_due(rows: Any) -> float:
    ((minutes,),) = rows("SELECT extract(epoch FROM feed_due_at - now())::float8 / 60 FROM channels")
    return float(minutes)


@pytest.mark.usefixtures("followed")
def test_a_video_that_no_push_brought_is_queued_once(run: Any, youtube: YouTube, rows: Any, now: datetime) -> None:
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - HOUR), entry("VIDEOID0002", now - 2 * DAY)))

    first = run()
    due_again()
    second = run()
    pushed(feed(entry("VIDEOID0001", now - HOUR)), now)

    assert first == Reconciled(read=1, new=2, queued=1)
    assert second == Reconciled(read=1)
    assert rows(POSTS) == [("VIDEOID0001", "pending")]
    assert [asked.path for asked in youtube.asked] == [f"/feeds/videos.xml?channel_id={CHANNEL}"] * 2
    assert json.loads(json.dumps(first.as_dict()))["queued"] == 1


@pytest.mark.usefixtures("followed")
def test_what_has_not_changed_is_not_sent_again(run: Any, youtube: YouTube, rows: Any, now: datetime) -> None:
    modified = "Fri, 27 Nov 2026 12:00:00 GMT"
    body = feed(entry("VIDEOID0001", now - HOUR))
    youtube.answer = lambda asked: (
        Said(304) if "if-none-match" in asked.headers else Said(200, body, {"ETag": '"e"', "Last-Modified": modified})
    )

    first = run()
    due_again()
    second = run()

    assert (first.read, second) == (1, Reconciled(unchanged=1))
    sent = youtube.asked[1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"e"', modified)
    assert rows("SELECT feed_failures, feed_read_at IS NOT NULL, title FROM channels") == [(0, True, "The channel")]


@pytest.mark.usefixtures("followed")
def test_what_could_not_be_recorded_is_sent_again(
    run: Any, youtube: YouTube, rows: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ETag kept too early would hide the video for ever."""
    youtube.answer = lambda _: Said(200, feed(entry("VIDEOID0001", now - HOUR)), {"ETag": '"e"'})

    def fail(*_: object) -> None:
        raise RuntimeError("the sandbox dies here")

    with monkeypatch.context() as patch:
        patch.setattr(relay, "record", fail)
        with pytest.raises(RuntimeError):
            run()
    db.session.rollback()

    assert rows("SELECT feed_etag, feed_due_at > now() FROM channels") == [(None, True)]
    due_again()
    assert run().queued == 1


@pytest.mark.usefixtures("followed")
def test_a_lease_that_missed_a_push_is_degraded(run: Any, youtube: YouTube, rows: Any, now: datetime) -> None:
    lease(now, verified=3 * HOUR)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - HOUR)))

    assert run() == Reconciled(read=1, new=1, queued=1, degraded=1)
    assert rows("SELECT degraded_at IS NOT NULL FROM leases") == [(True,)]


@pytest.mark.usefixtures("followed")
def test_an_edit_that_no_push_brought_degrades_too(run: Any, youtube: YouTube, rows: Any, now: datetime) -> None:
    lease(now, verified=3 * HOUR)
    pushed(feed(entry("VIDEOID0001", now - 2 * HOUR)), now)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - 2 * HOUR, now - HOUR, "Another title")))

    assert run() == Reconciled(read=1, edited=1, degraded=1)
    assert rows(POSTS) == [("VIDEOID0001", "pending")]


@pytest.mark.usefixtures("followed")
def test_what_pushes_brought_degrades_nothing(run: Any, youtube: YouTube, now: datetime) -> None:
    """A push has fractions of a second, the feed has none."""
    lease(now, verified=3 * HOUR)
    pushed(feed(entry("VIDEOID0001", now - HOUR, now - HOUR + timedelta(seconds=20))), now)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - HOUR, now - HOUR + timedelta(seconds=21))))

    assert run() == Reconciled(read=1, edited=1)


@pytest.mark.usefixtures("followed")
def test_what_went_up_before_the_lease_was_verified_is_not_held_against_it(
    run: Any, youtube: YouTube, rows: Any, now: datetime
) -> None:
    before, after = lease(now, verified=2 * HOUR), lease(now, verified=HOUR / 2)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - HOUR)))

    assert run().degraded == 1
    assert rows("SELECT id, degraded_at IS NOT NULL FROM leases ORDER BY id") == [(before, True), (after, False)]


@pytest.mark.parametrize(
    "changes", [{"state": "expired"}, {"state": "unsubscribed"}, {"state": "pending"}, {"mode": "unsubscribe"}], ids=str
)
@pytest.mark.usefixtures("followed")
def test_only_a_lease_that_stands_can_be_degraded(
    changes: dict[str, str], run: Any, youtube: YouTube, now: datetime
) -> None:
    lease(now, verified=3 * HOUR, **changes)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - HOUR)))

    assert run() == Reconciled(read=1, new=1, queued=1)


@pytest.mark.usefixtures("followed")
def test_since_when_a_lease_is_degraded_is_kept(run: Any, youtube: YouTube, rows: Any, now: datetime) -> None:
    lease(now, verified=3 * HOUR, degraded_at=now - HOUR)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - HOUR)))

    assert run().degraded == 0
    assert rows("SELECT degraded_at FROM leases") == [(now - HOUR,)]


@pytest.mark.usefixtures("followed")
def test_what_is_minutes_old_is_left_to_its_push(run: Any, youtube: YouTube, rows: Any, now: datetime) -> None:
    """Or a lease would be degraded, or seem to work, by who was faster."""
    lease(now)
    body = feed(entry("VIDEOID0001", now - 2 * MINUTE), entry("VIDEOID0002", now - HOUR))
    youtube.answer = lambda _: Said(200, body, {"ETag": '"e"'})

    assert run() == Reconciled(read=1, new=1, queued=1, degraded=1)
    assert rows("SELECT video_id FROM videos") == [("VIDEOID0002",)]
    assert rows("SELECT feed_etag FROM channels") == [(None,)]
    assert 7 < minutes_until_due(rows) < 13


@pytest.mark.usefixtures("followed")
def test_where_no_lease_stands_nothing_is_waited_for(run: Any, youtube: YouTube, now: datetime) -> None:
    lease(now, state="expired")
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - 2 * MINUTE)))

    assert run() == Reconciled(read=1, new=1, queued=1)


@pytest.mark.usefixtures("followed")
def test_an_announced_premiere_does_not_have_its_feed_read_all_the_time(
    run: Any, youtube: YouTube, rows: Any, now: datetime
) -> None:
    lease(now)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now + 7 * DAY, now - HOUR)))

    assert run() == Reconciled(read=1)
    assert minutes_until_due(rows) > 40


@pytest.mark.usefixtures("followed")
def test_a_feed_is_read_more_often_where_no_lease_is_known_to_work(
    run: Any, youtube: YouTube, rows: Any, now: datetime
) -> None:
    youtube.answer = lambda _: Said(304)

    run()
    without = minutes_until_due(rows)
    lease(now, degraded_at=now)
    due_again()
    run()
    degraded = minutes_until_due(rows)
    lease(now)
    due_again()
    run()
    working = minutes_until_due(rows)

    assert 7 < without < 13
    assert 7 < degraded < 13
    assert 47 < working < 73


def test_the_feeds_of_new_channels_are_spread_over_the_hour(
    run: Any, youtube: YouTube, rows: Any, now: datetime
) -> None:
    for number in range(100):
        db.session.add(Subscription(channel_id=f"UC{number:022}", subreddit="aww", created_at=now))
    db.session.add(Subscription(channel_id=f"UC{1:022}", subreddit="cats", created_at=now))
    db.session.commit()

    assert run() == Reconciled()
    ((channels, first, last),) = rows(
        "SELECT count(*), extract(epoch FROM min(feed_due_at) - now())::int, "
        "extract(epoch FROM max(feed_due_at) - now())::int FROM channels"
    )
    assert channels == 100
    assert first < 1200
    assert 2400 < last <= 3600


@pytest.mark.parametrize(
    ("gone", "read"), [({"removed_at": datetime.now(UTC)}, 0), ({"paused_at": datetime.now(UTC)}, 1)]
)
def test_a_channel_is_read_while_somebody_follows_it(
    gone: dict[str, Any], read: int, run: Any, youtube: YouTube, now: datetime
) -> None:
    """A paused link counts: what goes up meanwhile must be known, or it would be new when the pause ends."""
    follow(CHANNEL, now - DAY, **gone)
    youtube.answer = lambda _: Said(body=feed(entry("VIDEOID0001", now - HOUR)))

    assert run() == Reconciled(read=read, new=read)


@pytest.mark.parametrize(
    "said",
    [Said(404), Said(500), Said(301, b"", {"Location": "/"}), Said(body=b"x" * 1_100_000)],
    ids=["gone", "broken", "moved", "too large"],
)
@pytest.mark.usefixtures("followed")
def test_a_feed_that_cannot_be_read_is_put_off_longer_each_time(
    said: Said, run: Any, youtube: YouTube, rows: Any
) -> None:
    youtube.answer = lambda _: said
    waited = []

    for _ in range(3):
        assert run() == Reconciled(failed=1)
        waited.append(minutes_until_due(rows))
        due_again()

    assert [round(minutes / 10 / 2**number) for number, minutes in enumerate(waited)] == [1, 1, 1]
    youtube.answer = lambda _: Said(304)
    run()
    assert rows("SELECT feed_failures FROM channels") == [(0,)]


@pytest.mark.usefixtures("followed")
def test_no_feed_is_put_off_for_more_than_a_day(run: Any, rows: Any) -> None:
    db.session.execute(db.update(Channel).values(feed_failures=2_000_000_000))
    db.session.commit()

    assert run().failed == 1
    assert 18 * 60 < minutes_until_due(rows) < 29 * 60


@pytest.mark.usefixtures("followed")
def test_a_feed_without_videos_is_read_and_no_failure(run: Any, youtube: YouTube, rows: Any) -> None:
    youtube.answer = lambda _: Said(body=feed())

    assert run() == Reconciled(read=1)
    assert rows("SELECT feed_failures FROM channels") == [(0,)]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked_for", "minutes"),
    [
        ("1200", 20),
        ("nonsense", 5),
        (None, 5),
        ("999999999", 360),
        ("a date", 60),
    ],
)
def test_when_youtube_is_busy_all_feeds_are_left_alone(
    status: int, asked_for: str | None, minutes: int, run: Any, youtube: YouTube, rows: Any, now: datetime
) -> None:
    follow(CHANNEL, now)
    follow(OTHER, now)
    if asked_for == "a date":
        asked_for = format_datetime(datetime.now(UTC) + HOUR, True)
    youtube.answer = lambda _: Said(status, b"", {"Retry-After": asked_for} if asked_for else {})

    first, second = run(), run()

    assert (first, second, len(youtube.asked)) == (Reconciled(), Reconciled(), 1)
    ((until, reason),) = rows("SELECT round(extract(epoch FROM not_before - now()) / 60)::int, reason FROM hubs")
    assert (abs(until - minutes) <= 1, reason) == (True, f"answered {status}")


@pytest.mark.usefixtures("followed")
def test_the_quiet_grows_until_youtube_answers(run: Any, youtube: YouTube, rows: Any) -> None:
    def time_passes() -> None:
        db.session.execute(db.update(Hub).values(not_before=db.func.now()))
        due_again()

    youtube.answer = lambda _: Said(429)
    waited = []
    for _ in range(3):
        run()
        waited += rows("SELECT round(extract(epoch FROM not_before - now()) / 60)::int FROM hubs")
        time_passes()
    youtube.answer = lambda _: Said(304)

    assert run() == Reconciled(unchanged=1)
    assert waited == [(5,), (10,), (20,)]
    assert rows("SELECT failures, not_before FROM hubs") == [(0, None)]


def test_when_nothing_can_be_reached_the_run_ends(run: Any, youtube: YouTube, now: datetime) -> None:
    for number in range(8):
        follow(f"UC{number:022}", now)
    youtube.answer = lambda _: Said(500)

    assert run() == Reconciled(failed=5)


def test_two_runs_at_once_read_each_feed_once(asking: Flask, youtube: YouTube, now: datetime) -> None:
    for number in range(12):
        follow(f"UC{number:022}", now)
    youtube.answer = lambda _: Said(304)
    runs = [threading.Thread(target=reconcile, args=(asking, 60, 0)) for _ in range(2)]

    for one in runs:
        one.start()
    for one in runs:
        one.join()

    assert sorted(asked.path[-22:] for asked in youtube.asked) == [f"{number:022}" for number in range(12)]


@pytest.mark.usefixtures("followed")
def test_a_run_starts_nothing_that_it_has_no_time_for(asking: Flask, youtube: YouTube) -> None:
    assert reconcile(asking, 5, pause=0) == Reconciled()
    assert youtube.asked == []


@pytest.mark.usefixtures("followed")
def test_no_transaction_is_open_while_youtube_is_asked(run: Any, youtube: YouTube, postgresql: Any) -> None:
    """A slow answer would keep the vacuum from its work, and a connection from everybody else."""
    seen: list[Any] = []

    def look(_: Asked) -> Said:
        query = "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        seen.extend(postgresql.execute(query).fetchall())
        return Said(304)

    youtube.answer = look
    run()

    assert {state for (state,) in seen} <= {"idle"}
    assert seen


@pytest.mark.usefixtures("followed")
def test_a_redirect_is_not_followed(run: Any, youtube: YouTube) -> None:
    with standing_in() as elsewhere:
        youtube.answer = lambda _: Said(302, b"", {"Location": elsewhere.url})

        assert (run(), elsewhere.asked) == (Reconciled(failed=1), [])


@pytest.mark.usefixtures("followed")
def test_headers_that_could_not_be_sent_back_are_not_kept(run: Any, youtube: YouTube, rows: Any, now: datetime) -> None:
    body = feed(entry("VIDEOID0001", now - HOUR))
    youtube.answer = lambda _: Said(200, body, {"ETag": "\xe9" * 3, "Last-Modified": "x" * 600})

    assert run().read == 1
    assert rows("SELECT feed_etag, feed_modified FROM channels") == [(None, None)]
