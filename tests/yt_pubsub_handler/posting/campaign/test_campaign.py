"""
On the worst of days nothing is lost and nothing is posted twice.

Notifications come through the app's own hook: repeated, in the wrong order, edited, taken back, forged. Four drains are
killed at random while Reddit misbehaves, and PostgreSQL is cut off in the middle. `NOTIFICATIONS=10000` is the whole of
it (`make campaign-relay`); a small one belongs to every test run.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from pipeline.keeper import Keeper
from pipeline.rehearsal.reddit import Reddit
from pipeline.rehearsal.reddit_troubles import Manners, Trouble
from tests.conftest import settings_for
from tests.yt_pubsub_handler.posting.campaign.database import Database
from tests.yt_pubsub_handler.posting.campaign.drainer import LATENESS, MOST_LISTED
from tests.yt_pubsub_handler.posting.campaign.plan import CHANNELS, Notification, Plan, make_plan
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.models import Lease, Post, Subscription
from yt_pubsub_handler.posting.deciding import decide
from yt_pubsub_handler.websub.leases import open_lease
from yt_pubsub_handler.websub.signature import sign

MANY = int(os.environ.get("NOTIFICATIONS", "300"))
SEED = int(os.environ.get("SEED", "6"))
DRAINS = 4
PATIENCE = 120
"""Seconds in which fewer posts have to be open than ever before: how long all of them take is the machine's matter."""
ROOT = Path(__file__).resolve().parents[4]
OPEN = "SELECT count(*) FROM posts WHERE state IN ('pending', 'claimed') OR state = 'unknown' AND asks_since IS NULL"

MANNERS = Manners(
    shares={
        Trouble.CREATED_500: 0.02,
        Trouble.CREATED_STALLS: 0.005,
        Trouble.CREATED_LATE: 0.005,
        Trouble.CREATED_HANGS_UP: 0.01,
        Trouble.CREATED_RATELIMIT: 0.003,
        Trouble.CREATED_BAD_JSON: 0.01,
        Trouble.FAILS_500: 0.02,
        Trouble.STALLS: 0.005,
        Trouble.BAD_JSON: 0.01,
        Trouble.RATELIMIT: 0.005,
        Trouble.TOO_MANY: 0.003,
        Trouble.TOKEN_ENDED: 0.003,
    },
    listing_fails=0.05,
    lag=(0.0, 2.0),
    stall=1.5,
    wait="1 second",
    retry_after="1",
    most_listed=MOST_LISTED,
)


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with Keeper() as keeper:
        yield keeper


@pytest.fixture
def database(keeper: Keeper) -> Database:
    return Database(keeper)


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    app = create_app(settings_for(database.server.url()))
    alembic_upgrade(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def reddit() -> Iterator[Reddit]:
    reddit = Reddit(MANNERS, seed=SEED)
    yield reddit
    reddit.close()


class Drains:
    """As many drains as there have to be, some of which have just been killed."""

    def __init__(self, keeper: Keeper, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.yt_pubsub_handler.posting.campaign.drainer"]
        self._nursery = keeper.start(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._pids = [self._born() for _ in range(DRAINS)]
        self.killed = 0

    def kill_one(self, dice: random.Random) -> None:
        place = dice.randrange(DRAINS)
        # It may have ended by itself, when PostgreSQL was cut off.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pids[place], signal.SIGKILL)
        self._pids[place] = self._born()
        self.killed += 1

    def close(self) -> None:
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pipe in (self._nursery.stdin, self._nursery.stdout):
            assert pipe is not None
            pipe.close()

    def _born(self) -> int:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write("another\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())


class Hub:
    """Delivers to the app's hook, and again where it is told to come later."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self.answers = Counter[int]()
        with app.app_context():
            now = datetime.now(UTC)
            leases = [_active(open_lease(channel, hub_echoes_token=True), now) for channel in CHANNELS]
            links = [
                Subscription(channel_id=channel, subreddit=f"{channel[2:6]}_{place}", created_at=now)
                for channel in CHANNELS
                for place in range(2)
            ]
            db.session.add_all(links)
            db.session.commit()
            self._leases = {lease.channel_id: (lease.callback_key, lease.secret) for lease in leases}
            self.places = {channel: [f"{channel[2:6]}_{place}" for place in range(2)] for channel in CHANNELS}

    def deliver(self, notification: Notification) -> bool:
        """Tell whether that was it."""
        key, secret = self._leases[notification.channel]
        signature = sign(notification.body, "somebody else's" if notification.forged else secret)
        headers = {"X-Hub-Signature": signature, "Content-Type": "application/atom+xml"}
        answer = self._client.post(f"/pubsubhub/hook/{key}", data=notification.body, headers=headers)
        self.answers[answer.status_code] += 1
        assert answer.status_code in {202, 204, 503}, answer.data
        return answer.status_code != 503


def _active(lease: Lease, now: datetime) -> Lease:
    lease.state, lease.verified_at, lease.expires_at = "active", now, now + timedelta(days=5)
    return lease


def test_nothing_is_lost_and_nothing_is_posted_twice(
    app: Flask, database: Database, reddit: Reddit, keeper: Keeper, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    dice = random.Random(SEED)  # noqa: S311 - the same seed gives the same day.
    hub = Hub(app)
    plan = make_plan(MANY, SEED, datetime.now(UTC))
    environment = {**_bare(), **reddit.settings(), "DATABASE_URL": database.server.url()}
    drains = Drains(keeper, environment)
    with contextlib.closing(drains):
        deliver_all(hub, plan, drains, database, dice)
        heard = time.monotonic() - began
        retried = settle(app, database, drains, reddit, dice)

    problems = judge(plan, hub.places, reddit, database)

    with capsys.disabled():
        happened = Counter(trouble.value if trouble else "well" for _, trouble in reddit.happened)
        settled = time.monotonic() - began
        print(
            f"\n{MANY} notifications in {heard:.0f} s ({dict(hub.answers)}), settled after {settled:.0f} s: "
            f"{len(reddit.submissions)} posts of {len(reddit.happened)} submissions ({dict(happened)}), "
            f"{drains.killed} drains killed, {retried} decided by a person; {len(problems)} lost or twice"
        )
    assert problems == []


def deliver_all(hub: Hub, plan: Plan, drains: Drains, database: Database, dice: random.Random) -> None:
    waiting = deque(plan.notifications)
    middle, next_kill = len(waiting) // 2, time.monotonic() + 1
    again: deque[tuple[float, Notification]] = deque()
    while waiting or again:
        if again and (again[0][0] <= time.monotonic() or not waiting):
            notification = again.popleft()[1]
        else:
            notification = waiting.popleft()
        if not hub.deliver(notification):
            again.append((time.monotonic() + 1, notification))
            time.sleep(0.1)
        if len(waiting) == middle:
            middle = -1
            database.restart(away=1)
        if time.monotonic() > next_kill:
            drains.kill_one(dice)
            next_kill = time.monotonic() + dice.uniform(0.3, 1.5)


def settle(app: Flask, database: Database, drains: Drains, reddit: Reddit, dice: random.Random) -> int:
    """Wait until nothing is open, killing on for a while, and decide what a person has to; return how much that was."""
    retried = 0
    kill_until = time.monotonic() + MANY / 100
    least, patience = MANY * DRAINS, time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        if time.monotonic() < kill_until:
            drains.kill_one(dice)
        time.sleep(dice.uniform(0.3, 1.5))
        [(left,)] = ask(database, OPEN)
        if left < least:
            least, patience = left, time.monotonic() + PATIENCE
        if left:
            continue
        asking = ask(database, "SELECT id FROM posts WHERE asks_since IS NOT NULL")
        if not asking:
            return retried
        retried += len(asking)
        for (post,) in asking:
            _decide(app, post, reddit)
    stuck = ask(database, "SELECT state, reason, count(*) FROM posts WHERE state <> 'posted' GROUP BY 1, 2")
    raise AssertionError(f"It never settled: {stuck}")


def _decide(app: Flask, post_id: int, reddit: Reddit) -> None:
    """Do what a person does: look, and have it sent again if it is not there."""
    with app.app_context():
        post = db.session.get_one(Post, post_id)
        link = db.session.get_one(Subscription, post.subscription_id)
        there = (post.video_id, link.subreddit) in made(reddit)
        assert not there, f"{post.video_id} stands in {link.subreddit}, and was not found in {LATENESS}"
        assert decide(post, "retry")


def made(reddit: Reddit) -> Counter[tuple[str, str | None]]:
    return Counter((one.url.rpartition("=")[2], one.subreddit) for one in reddit.submissions)


def judge(plan: Plan, places: dict[str, list[str]], reddit: Reddit, database: Database) -> list[str]:
    """Hold what stands on Reddit against what had to come of it, and the database's word against both."""
    there = made(reddit)
    problems = [f"{video} stands {times} times in {place}" for (video, place), times in there.items() if times > 1]
    for video, channel in plan.wanted.items():
        problems += [f"{video} is lost in {place}" for place in places[channel] if (video, place) not in there]
    allowed = set(plan.wanted) | plan.taken_back
    problems += [f"{video} was never to be posted" for video, _ in there if video not in allowed]
    known = {row[0] for row in ask(database, "SELECT external_id FROM posts WHERE state = 'posted'")}
    problems += [f"{one} stands there, and nobody knows" for one in {one.id for one in reddit.submissions} ^ known]
    return problems


def ask(database: Database, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.server.url()) as connection:
        return connection.execute(query.encode()).fetchall()


def _bare() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}"}
