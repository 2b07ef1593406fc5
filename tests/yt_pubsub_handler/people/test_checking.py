"""Once a day everybody's rights follow what Reddit says, and where Reddit says nothing they stay."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import UNREACHABLE, Reddit
from tests.yt_pubsub_handler.conftest import Rows
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.people import accounts
from yt_pubsub_handler.people.checking import Checked, check_all
from yt_pubsub_handler.people.reddit_api import CannotAskReddit, NotSetUp, Person, Tokens
from yt_pubsub_handler.settings import Settings, settings_of

KEPT = "SELECT name, subreddit FROM moderators JOIN accounts ON id = account_id ORDER BY 1, 2"
LINKS = "SELECT subreddit, created_by, paused_at IS NOT NULL, paused_reason FROM subscriptions ORDER BY id"


@pytest.fixture
def there() -> Iterator[Reddit]:
    there = Reddit()
    there.people.update({"Mia": {"Aww", "videos"}, "Otto": {"Aww"}})
    yield there
    there.close()


@pytest.fixture
def app(database_url: str, there: Reddit) -> Iterator[Flask]:
    values = {"DATABASE_URL": database_url, "SECRET_KEY": "s", "PUBLIC_URL": "https://app.example"}
    app = create_app(Settings.from_values(values | there.settings(), "the test"))
    with app.app_context():
        for name, subreddits in there.people.items():
            person = Person(f"t2_{there.accounts.id_of(name)}", name)
            accounts.sign_in(settings_of(app), person, Tokens("a", 1, None), frozenset(subreddits))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def link(postgresql: Any) -> Any:
    made: list[str] = []

    def make(subreddit: str | None, created_by: str | None, **more: Any) -> None:
        made.append(f"UC{len(made):022}")
        values = {"channel_id": made[-1], "subreddit": subreddit, "created_by": created_by, **more}
        columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
        with postgresql.transaction():
            query = f"INSERT INTO subscriptions ({columns}) VALUES ({places})"  # noqa: S608 - the names stand below.
            postgresql.execute(query, list(values.values()))

    return make


def check(app: Flask, seconds: float = 100) -> Checked:
    return check_all(app, seconds, sleep=lambda _: None)


def test_while_nothing_has_changed_nothing_changes(app: Flask, link: Any, rows: Rows) -> None:
    link("AWW", "mia")
    before = rows(KEPT)

    assert check(app) == Checked(asked=2)
    assert rows(KEPT) == before == [("Mia", "aww"), ("Mia", "videos"), ("Otto", "aww")]
    assert rows(LINKS) == [("AWW", "mia", False, None)]


def test_who_does_not_moderate_it_any_more_loses_it_and_their_links_pause(
    app: Flask, there: Reddit, link: Any, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for who in ("mia", "Otto", None):
        link("Aww", who)
    link("videos", "Mia")
    there.people["Mia"] = {"videos"}

    assert check(app) == Checked(asked=2, taken_away=1, paused=1)

    assert rows(KEPT) == [("Mia", "videos"), ("Otto", "aww")]
    assert rows(LINKS) == [
        ("Aww", "mia", True, "u/mia, who made it, does not moderate r/aww any more."),
        ("Aww", "Otto", False, None),
        ("Aww", None, False, None),
        ("videos", "Mia", False, None),
    ]
    assert "Mia" not in caplog.text.replace("u/mia", "")


def test_a_link_whose_maker_never_signed_in_is_looked_at_as_well(
    app: Flask, there: Reddit, link: Any, rows: Rows
) -> None:
    link("birds", "Nora")
    link("cats", "Nora")
    there.people["Nora"] = {"cats"}
    there.people["Mia"] = {"Aww", "videos", "birds"}

    assert check(app) == Checked(asked=4, paused=1)
    assert [row[:3] for row in rows(LINKS)] == [("birds", "Nora", True), ("cats", "Nora", False)]


def test_what_is_paused_removed_or_posted_elsewhere_is_left_alone(
    app: Flask, there: Reddit, link: Any, rows: Rows
) -> None:
    link("Aww", "Mia", paused_at="2026-01-01")
    link("Aww", "Mia", removed_at="2026-01-01")
    link(None, "Mia", destination="discord", target="somewhere")
    there.people["Mia"] = set()
    before = rows("SELECT * FROM subscriptions ORDER BY id")

    assert check(app).paused == 0
    assert rows("SELECT * FROM subscriptions ORDER BY id") == before


def test_who_is_called_differently_now_keeps_what_they_have(app: Flask, there: Reddit, link: Any, rows: Rows) -> None:
    link("Aww", "Mia")
    there.people["Mia_Renamed"] = there.people.pop("Mia")
    there.accounts.ids["Mia_Renamed"] = there.accounts.id_of("Mia")

    assert check(app) == Checked(asked=2)
    assert rows(KEPT)[0] == ("Mia", "aww")
    assert rows(LINKS) == [("Aww", "Mia", False, None)]


@pytest.mark.parametrize("status", [UNREACHABLE, 403, 404, 429, 500, 302])
def test_of_what_reddit_does_not_speak_nothing_is_taken_away(
    status: int, app: Flask, there: Reddit, link: Any, rows: Rows
) -> None:
    link("aww", "Mia")
    there.people["Mia"] = set()
    there.failing["/r/aww/about/moderators"] = status

    assert check(app) == Checked(asked=2, unanswered=2, taken_away=0)
    assert ("Mia", "aww") in rows(KEPT)
    assert [row[2] for row in rows(LINKS)] == [False]


def test_a_subreddit_without_any_moderator_is_no_answer(app: Flask, there: Reddit, link: Any, rows: Rows) -> None:
    link("aww", "Mia")
    there.people.clear()

    assert check(app) == Checked(asked=2, unanswered=2)
    assert len(rows(KEPT)) == 3


def test_where_reddit_is_away_the_run_fails_and_changes_nothing(app: Flask, there: Reddit, rows: Rows) -> None:
    there.failing["/api/v1/access_token"] = UNREACHABLE

    with pytest.raises(CannotAskReddit):
        check(app)

    assert len(rows(KEPT)) == 3


def test_it_stops_asking_a_reddit_that_does_not_answer(app: Flask, there: Reddit, link: Any) -> None:
    for number in range(20):
        link(f"gone{number}", "Mia")
        there.failing[f"/r/gone{number}/about/moderators"] = 503

    done = check(app)

    assert (done.asked, done.unanswered, done.finished) == (5, 5, False)


def test_a_run_without_time_is_continued_by_the_next(app: Flask, there: Reddit, postgresql: Any, rows: Rows) -> None:
    with postgresql.transaction():
        postgresql.execute("UPDATE moderators SET seen_at = now() - interval '2 days' WHERE subreddit = 'videos'")
    there.people["Mia"] = set()

    assert check(app, seconds=0) == Checked(finished=False)
    run = check_all(app, 11, sleep=lambda _: time.sleep(1.5))

    assert run == Checked(asked=1, taken_away=0, unanswered=1, finished=False)
    assert [request for request in there.requests if "about" in request] == ["GET /r/videos/about/moderators"]


def test_between_two_questions_it_waits(app: Flask, there: Reddit) -> None:
    waited: list[float] = []

    check_all(app, 100, sleep=waited.append)

    assert waited == [1.0]


def test_where_there_is_nothing_to_check_reddit_is_not_asked(app: Flask, there: Reddit, postgresql: Any) -> None:
    with postgresql.transaction():
        postgresql.execute("DELETE FROM moderators")

    assert check(app) == Checked()
    assert there.requests == []


def test_without_an_account_of_ours_it_says_what_to_set(database_url: str, link: Any) -> None:
    link("aww", "Mia")
    values = {"DATABASE_URL": database_url, "SECRET_KEY": "s", "PUBLIC_URL": "https://app.example"}
    app = create_app(Settings.from_values(values, "the test"))

    with pytest.raises(NotSetUp, match=r"needs REDDIT_REFRESH_TOKEN: set it\."):
        check(app)
    with app.app_context():
        db.engine.dispose()
