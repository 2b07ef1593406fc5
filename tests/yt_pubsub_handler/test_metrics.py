"""Posts that pile up, and leases that nobody renews, are seen before people miss anything."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from yt_pubsub_handler.database import db
from yt_pubsub_handler.metrics import measure, tell
from yt_pubsub_handler.models import Post, Subscription, Video
from yt_pubsub_handler.websub.leases import open_lease

CHANNEL = "UC" + "x" * 22
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
NOTHING = {
    "Backlog": 0,
    "OldestPendingAge": 0,
    "PostsAsking": 0,
    "LeasesActive": 0,
    "LeasesExpiring": 0,
    "LeasesDegraded": 0,
    "PostsPosted": 0,
    "PostsFailed": 0,
    "PostsSkipped": 0,
    "PostsUnknown": 0,
}


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def posts(*states: tuple[str, timedelta], **more: Any) -> None:
    link = Subscription(channel_id=CHANNEL, subreddit="aww")
    db.session.add(link)
    db.session.flush()
    for number, (state, age) in enumerate(states):
        video = f"VIDEOID{number:04}"
        db.session.add(
            Video(video_id=video, channel_id=CHANNEL, title="t", author="a", published_at=NOW, updated_at=NOW)
        )
        db.session.flush()
        db.session.add(
            Post(video_id=video, subscription_id=link.id, state=state, created_at=datetime.now(UTC) - age, **more)
        )
    db.session.commit()


def lease(ends: timedelta, **changes: Any) -> None:
    made = open_lease(CHANNEL, hub_echoes_token=True)
    made.state, made.verified_at, made.expires_at = "active", NOW, NOW + ends
    for name, value in changes.items():
        setattr(made, name, value)
    db.session.commit()


def test_where_there_is_nothing_all_is_zero(app: Flask) -> None:
    assert measure(app) == NOTHING


def test_the_backlog_is_counted_and_its_age_is_told_in_seconds(app: Flask) -> None:
    posts(("pending", HOUR), ("pending", 2 * HOUR), ("claimed", 3 * HOUR), ("posted", 9 * HOUR))

    measured = measure(app)

    assert measured["Backlog"] == 3
    assert measured["OldestPendingAge"] == pytest.approx(7200, abs=60)


def test_the_outcomes_are_those_of_the_last_hour(app: Flask) -> None:
    recent = timedelta(minutes=30)
    posts(
        ("posted", recent), ("posted", recent), ("failed", recent), ("skipped", recent), ("unknown", recent),
        ("posted", 2 * HOUR), ("pending", recent),
    )  # fmt: skip

    assert measure(app) == NOTHING | {
        "Backlog": 1, "OldestPendingAge": pytest.approx(1800, abs=60),
        "PostsPosted": 2, "PostsFailed": 1, "PostsSkipped": 1, "PostsUnknown": 1,
    }  # fmt: skip


def test_what_a_person_has_to_decide_is_counted_however_old(app: Flask) -> None:
    posts(("unknown", 100 * HOUR), asks_since=NOW)

    assert measure(app) == NOTHING | {"PostsAsking": 1}


def test_leases_that_should_have_been_renewed_are_counted(app: Flask) -> None:
    lease(23 * HOUR)
    lease(25 * HOUR, degraded_at=NOW)
    lease(HOUR, state="expired")
    lease(HOUR, mode="unsubscribe")

    assert measure(app) == NOTHING | {"LeasesActive": 2, "LeasesExpiring": 1, "LeasesDegraded": 1}


def test_on_lambda_a_measurement_is_one_line_as_cloudwatch_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    tell(NOTHING | {"Backlog": 4.0}, {"AWS_LAMBDA_FUNCTION_NAME": "app-production"})

    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    assert abs(told["_aws"]["Timestamp"] / 1000 - time.time()) < 60
    assert (directive["Namespace"], directive["Dimensions"]) == ("yt-pubsub-handler", [["FunctionName"]])
    assert (told["FunctionName"], told["Backlog"]) == ("app-production", 4)
    # Every metric and dimension that is named has to be there, and a metric is a number.
    named = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert named == dict.fromkeys(NOTHING, "Count") | {"OldestPendingAge": "Seconds"}
    assert all(isinstance(told[name], int | float) for name in named)


def test_the_readme_says_what_each_metric_is() -> None:
    watching = Path("README.md").read_text().split("## Watching it")[1].split("## ")[0]
    rows = [line.split("|")[1] for line in watching.splitlines() if line.startswith("| `")]

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(NOTHING)


def test_elsewhere_a_measurement_is_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        tell({"Backlog": 4.0, "OldestPendingAge": 1.5}, {})

    assert caplog.messages == ["measured: Backlog 4, OldestPendingAge 1.5"]
