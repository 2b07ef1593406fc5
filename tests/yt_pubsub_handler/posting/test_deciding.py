"""What nobody could find out waits for a person, and for nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import Reddit as StandIn
from pipeline.rehearsal.reddit_troubles import Trouble
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.posting.conftest import LATENESS, Deliver, Pass, Queue
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Post
from yt_pubsub_handler.posting.deciding import decide
from yt_pubsub_handler.posting.delivering import Delivery


def decided(app: Flask, post: int, decision: Literal["retry", "dismiss"]) -> bool:
    with app.app_context():
        return decide(db.session.get_one(Post, post), decision)


@pytest.fixture
def asking(drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass) -> int:
    """Return a post that was sent twice, and never found."""
    post = queue()
    there.order(Trouble.FAILS_500, Trouble.FAILS_500)
    for _ in range(4):
        drain()
        pass_time(2 * LATENESS)
    return post


def test_a_person_may_have_it_sent_again(app: Flask, asking: int, drain: Deliver, there: StandIn) -> None:
    assert decided(app, asking, "retry")
    assert drain() == Delivery(posted=1)
    assert len(there.submissions) == 1


def test_what_is_sent_again_gets_all_its_tries_again(
    app: Flask, asking: int, drain: Deliver, there: StandIn, pass_time: Pass
) -> None:
    there.order(Trouble.FAILS_500)
    decided(app, asking, "retry")
    drain()
    pass_time(2 * LATENESS)

    assert drain() == Delivery(posted=1)


def test_a_person_may_leave_it(app: Flask, asking: int, drain: Deliver, there: StandIn, rows: Rows) -> None:
    assert decided(app, asking, "dismiss")
    assert drain() == Delivery()
    assert rows("SELECT state, asks_since, reason FROM posts") == [("skipped", None, "a person wants it to be left")]


def test_a_failure_may_be_sent_again_when_its_reason_is_gone(
    app: Flask, drain: Deliver, queue: Queue, there: StandIn
) -> None:
    post = queue()
    there.order(Trouble.FLAIR)
    drain()

    assert decided(app, post, "retry")
    assert drain() == Delivery(posted=1)


@pytest.mark.parametrize("state", ["pending", "claimed", "unknown", "posted", "skipped"])
def test_what_waits_for_nobody_is_not_decided(
    app: Flask, queue: Queue, state: str, postgresql: Any, rows: Rows
) -> None:
    post = queue()
    postgresql.execute("UPDATE posts SET state = %s", (state,))
    postgresql.commit()

    assert (decided(app, post, "retry"), decided(app, post, "dismiss")) == (False, False)
    assert rows("SELECT state FROM posts") == [(state,)]


def test_a_second_decision_comes_too_late(app: Flask, asking: int, pass_time: Pass) -> None:
    decided(app, asking, "retry")
    pass_time(timedelta(0))

    assert not decided(app, asking, "dismiss")
