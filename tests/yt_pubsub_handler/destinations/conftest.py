"""Reddit, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipeline.rehearsal.reddit import Reddit as StandIn
from pipeline.rehearsal.reddit_troubles import Manners
from yt_pubsub_handler.destinations.reddit import Reddit
from yt_pubsub_handler.settings import Settings

LOCAL = {"DATABASE_URL": "postgresql://h/d", "SECRET_KEY": "s", "PUBLIC_URL": "https://app.example"}


@pytest.fixture
def there() -> Iterator[StandIn]:
    """Yield Reddit itself."""
    there = StandIn(Manners(stall=1.5))
    yield there
    there.close()


@pytest.fixture
def reddit(there: StandIn) -> Iterator[Reddit]:
    """Yield what the app posts by; it waits half a second for an answer."""
    settings = Settings.from_values(LOCAL | there.settings(), "the test")
    reddit = Reddit(settings, timeout=0.5, lateness=timedelta(seconds=1), skew=timedelta(seconds=0))
    yield reddit
    reddit.close()
