"""How long we wait is said by others, and they may be wrong."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from flask import Flask

from tests.yt_pubsub_handler.conftest import Rows
from yt_pubsub_handler.database import db
from yt_pubsub_handler.posting.pauses import bounded, pause


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(1.5, 1.5), (-3, 0), (math.nan, 0), (math.inf, 86400), (1e300, 86400), (86401, 86400)],
)
def test_any_number_is_a_wait_of_a_day_at_most(seconds: float, wait: float) -> None:
    assert bounded(seconds) == timedelta(seconds=wait)


def test_a_longer_pause_is_not_made_shorter(app: Flask, rows: Rows) -> None:
    """Two drains hear of two limits; the stricter one counts."""
    with app.app_context(), db.engine.begin() as connection:
        pause(connection, "reddit", "aww", 600, "first")
        pause(connection, "reddit", "aww", 60, "shorter")
        pause(connection, "reddit", "", 60, "whole")
    with app.app_context(), db.engine.begin() as connection:
        pause(connection, "reddit", "", 600, "longer")

    assert rows("SELECT target, reason FROM pauses ORDER BY target") == [("", "longer"), ("aww", "first")]
