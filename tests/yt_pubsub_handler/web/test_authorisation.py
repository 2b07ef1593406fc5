"""
Who may do what: every route of the app, tried by everybody there is.

A route without a row here fails, so nobody forgets to say who may use a new one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import Reddit
from tests.conftest import settings_for
from tests.yt_pubsub_handler.browser import Browser
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.test_previewing import feed
from tests.yt_pubsub_handler.web.conftest import MODERATOR, OPERATOR, OTHER
from tests.yt_pubsub_handler.youtube import Said, YouTube
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Post, Subscription, Video
from yt_pubsub_handler.web.assets import address_of

FORMER, NOBODY = "Fred_Former", "Nora_Nobody"
ROLES = ("anonymous", "signed in", "moderator of another", "moderator", "former moderator", "operator")
NEW_CHANNEL = "UC" + "n" * 22
Statuses = tuple[int, int, int, int, int, int]


@dataclass(frozen=True)
class Row:
    """What each of ROLES is answered. A `removed` link is what the route is about, `fields` are what is sent."""

    statuses: Statuses
    fields: dict[str, str] = field(default_factory=dict)
    removed: bool = False


EVERYBODY = Row((200,) * 6)
SIGNED_IN = Row((302, 200, 200, 200, 200, 200))
# What somebody was seen to moderate may be looked at until the daily check: a page does not wait for Reddit.
LOOKING = Row((302, 404, 404, 200, 200, 404))
CHANGING = (401, 404, 404, 303, 403, 404)
LINK = "/links/<int(max=9223372036854775807):link_id>"
POST = f"{LINK}/posts/<int(max=9223372036854775807):post_id>"

ROWS = {
    "GET /": EVERYBODY,
    "GET /assets/<hashed>": EVERYBODY,
    "GET /status": EVERYBODY,
    # Without a lease, and without a signature.
    "GET /pubsubhub/hook/<callback_key>": Row((404,) * 6),
    "POST /pubsubhub/hook/<callback_key>": Row((404,) * 6),
    "GET /sign-in": Row((302,) * 6),
    "GET /sign-in/callback": Row((400,) * 6),
    "POST /sign-out": Row((303,) * 6),
    "GET /account": SIGNED_IN,
    "POST /account": Row((401, 303, 303, 303, 303, 303), {"confirm": "yes"}),
    "GET /links": SIGNED_IN,
    "GET /links/new": SIGNED_IN,
    "POST /links/new": Row(
        (401, 422, 422, 303, 403, 422), {"step": "link", "channel": NEW_CHANNEL, "subreddit": "aww"}
    ),
    f"GET {LINK}": LOOKING,
    f"GET {LINK}/wording": LOOKING,
    f"POST {LINK}/wording": Row(CHANGING, {"title_template": "New: {title}"}),
    f"POST {LINK}/pause": Row(CHANGING),
    f"POST {LINK}/resume": Row(CHANGING),
    f"POST {LINK}/remove": Row(CHANGING),
    f"POST {LINK}/undo": Row(CHANGING, removed=True),
    f"POST {POST}/retry": Row(CHANGING),
    f"POST {POST}/dismiss": Row(CHANGING),
    "GET /operator": Row((404, 404, 404, 404, 404, 200)),
}


def routes() -> set[str]:
    app = create_app(settings_for("postgresql://nobody@127.0.0.1/app"))
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_for_every_route_is_said_who_may_use_it() -> None:
    assert routes() == set(ROWS)


@pytest.fixture
def people(app: Flask, there: Reddit, rows: Rows, youtube: YouTube, postgresql: Any) -> dict[str, Browser]:
    """Return the browser of each of ROLES, with the token of its forms."""
    there.people.update({FORMER: {"Aww"}, NOBODY: set()})
    youtube.answer = lambda _: Said(200, feed("A heron", channel=NEW_CHANNEL))
    who = dict(zip(ROLES, (NOBODY, NOBODY, OTHER, MODERATOR, FORMER, OPERATOR), strict=True))
    browsers = {}
    for number, (role, name) in enumerate(who.items()):
        browsers[role] = Browser(app, address=f"192.0.2.{number}")
        browsers[role].sign_in(name)
        browsers[role].remember_form_token()
        if role == "anonymous":
            # Their forms are as good as before: only what they were signed in by has ended.
            with postgresql.transaction():
                postgresql.execute("DELETE FROM sign_ins")
    there.people[FORMER] = set()
    return browsers


def made_link(number: int, *, removed: bool) -> tuple[int, int]:
    """Make a link to r/Aww with a post that waits for a decision; return the ids of both."""
    now, channel = datetime.now(UTC), f"UC{number:022}"
    link = Subscription(channel_id=channel, subreddit="Aww", created_by=MODERATOR, removed_at=now if removed else None)
    video = f"VIDEOID{number:04}"
    db.session.add(Video(video_id=video, channel_id=channel, title="t", author="a", published_at=now, updated_at=now))
    db.session.add(link)
    db.session.flush()
    post = Post(video_id=video, subscription_id=link.id, state="failed", reason="r/Aww is private")
    db.session.add(post)
    db.session.commit()
    return link.id, post.id


def address(rule: str, link_id: int, post_id: int) -> str:
    values: dict[str, Callable[[], str]] = {
        "link_id": lambda: str(link_id),
        "post_id": lambda: str(post_id),
        "callback_key": lambda: "k" * 43,
        "hashed": lambda: address_of("style.css").rpartition("/")[2],
    }
    return re.sub(r"<(?:[^:>]*:)?(\w+)>", lambda found: values[found[1]](), rule)


KEPT = (
    "SELECT channel_id, subreddit, created_by, title_template, paused_at, removed_at FROM subscriptions ORDER BY id",
    "SELECT id, state FROM posts ORDER BY id",
    "SELECT name FROM accounts ORDER BY id",
)


@pytest.mark.parametrize("route", sorted(ROWS), ids=lambda route: re.sub("<[^>]*:|[<>]", "", route))
def test_each_route_is_for_whom_it_is_for(route: str, app: Flask, people: dict[str, Browser], rows: Rows) -> None:
    method, rule = route.split(" ", 1)
    row = ROWS[route]
    answered, spoilt = [], []

    for number, (role, browser) in enumerate(people.items()):
        with app.test_request_context("/"):
            path = address(rule, *made_link(number, removed=row.removed))
        before = [rows(query) for query in KEPT]
        answer = browser.get(path) if method == "GET" else browser.post(path, **row.fields)
        answered.append(answer.status_code)
        if answer.status_code >= 400 and [rows(query) for query in KEPT] != before:
            spoilt.append(role)

    assert dict(zip(ROLES, answered, strict=True)) == dict(zip(ROLES, row.statuses, strict=True))
    assert spoilt == []


@pytest.mark.parametrize("route", sorted(route for route, row in ROWS.items() if row.statuses == CHANGING))
def test_whoever_may_do_it_has_done_it(route: str, app: Flask, people: dict[str, Browser], rows: Rows) -> None:
    """Or a row of the table could be right because the route does nothing for anybody."""
    row = ROWS[route]
    with app.app_context():
        link_id, post_id = made_link(7, removed=row.removed)
        if route.endswith("/resume"):
            db.session.execute(db.update(Subscription).values(paused_at=datetime.now(UTC)))
            db.session.commit()
        path = address(route.split(" ", 1)[1], link_id, post_id)
    before = [rows(query) for query in KEPT]

    people["moderator"].post(path, **row.fields)

    assert [rows(query) for query in KEPT] != before
