"""The app with Reddit and YouTube beside it; at Reddit are a moderator, one of another subreddit, and an operator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import Reddit
from tests.yt_pubsub_handler.browser import HOST, Browser
from tests.yt_pubsub_handler.web.nasty import link
from tests.yt_pubsub_handler.youtube import YouTube
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.settings import Settings

MODERATOR, OTHER, OPERATOR = "Mia_Mod", "Otto_Other", "Olga_Op"


@pytest.fixture
def there() -> Iterator[Reddit]:
    """Yield Reddit itself."""
    there = Reddit()
    there.redirect_uri = f"{HOST}/sign-in/callback"
    there.people.update({MODERATOR: {"Aww", "videos"}, OTHER: {"cats"}, OPERATOR: set()})
    yield there
    there.close()


@pytest.fixture
def settings(database_url: str, there: Reddit, youtube: YouTube) -> Settings:
    values = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a key of the test",
        "PUBLIC_URL": HOST,
        "YOUTUBE_FEED_URL": f"{youtube.url}/feed",
        "ADMIN_REDDIT_USERS": OPERATOR.upper(),
    }
    return Settings.from_values(values | there.settings(), "the test")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    # Not `testing`: an error is answered with a page, as it is where people see it.
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def mia(browser: Browser) -> Browser:
    """Return the browser of the moderator, who is signed in."""
    browser.sign_in(MODERATOR)
    return browser


@pytest.fixture
def mine(app: Flask) -> int:
    """Return a link of r/aww, which Mia_Mod moderates."""
    with app.app_context():
        return link()
