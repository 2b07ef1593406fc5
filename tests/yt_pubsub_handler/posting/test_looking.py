"""A post of which nobody knows is looked for, however late its listing is, before it is sent again or asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from pipeline.rehearsal.reddit import Reddit as StandIn
from pipeline.rehearsal.reddit_troubles import Trouble
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.posting.conftest import LATENESS, STATES, Deliver, Pass, Queue
from yt_pubsub_handler.posting.delivering import Delivery, deliver

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "trouble", [Trouble.CREATED_500, Trouble.CREATED_STALLS, Trouble.CREATED_HANGS_UP, Trouble.CREATED_BAD_JSON]
)
def test_what_stands_there_is_found_and_not_sent_again(
    trouble: Trouble, drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(trouble)

    assert drain() == Delivery(unknown=1)
    assert drain() == Delivery()
    pass_time(MINUTE)
    assert drain() == Delivery(posted=1)
    assert rows("SELECT state, external_id FROM posts") == [("posted", there.submissions[0].id)]
    assert len(there.happened) == 1


def test_what_is_not_there_is_sent_again_only_when_it_cannot_turn_up_any_more(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.FAILS_500)
    drain()

    pass_time(LATENESS - 10 * timedelta(seconds=1))
    assert drain() == Delivery(unknown=1)
    assert rows(STATES) == [("unknown", "looked for, and not there yet")]
    pass_time(timedelta(seconds=11))

    assert drain() == Delivery(posted=1)
    assert (len(there.happened), len(there.submissions)) == (2, 1)


def test_what_was_never_found_after_two_tries_is_a_persons(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.FAILS_500, Trouble.FAILS_500)
    for _ in range(4):
        drain()
        pass_time(2 * LATENESS)

    assert rows("SELECT state, attempts, asks_since IS NULL, reason FROM posts") == [
        ("unknown", 2, False, "sent twice, and never found: look there, and decide")
    ]
    assert (drain(), len(there.happened)) == (Delivery(), 2)


def test_a_listing_that_fails_proves_nothing(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.CREATED_500)
    drain()
    pass_time(2 * LATENESS)
    there.order_listing(500, 500, 500)

    assert drain() == Delivery(unknown=1)
    assert rows(STATES) == [("unknown", "our submissions cannot be listed: HTTP 500")]
    pass_time(LATENESS)
    assert (drain(), len(there.happened)) == (Delivery(posted=1), 1)


def test_what_nobody_could_look_for_in_a_day_is_a_persons(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.order(Trouble.CREATED_500)
    drain()
    pass_time(timedelta(hours=25))
    there.order_listing(500, 500, 500)

    assert drain() == Delivery(unknown=1)
    assert rows("SELECT asks_since IS NULL FROM posts") == [(False,)]
    assert (drain(), len(there.happened)) == (Delivery(), 1)


def test_a_limit_that_came_with_a_post_does_not_make_a_second_one(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass
) -> None:
    queue()
    there.order(Trouble.CREATED_RATELIMIT)
    drain()
    pass_time(10 * MINUTE)

    assert drain() == Delivery(posted=1)
    assert len(there.happened) == 1


def test_a_repetition_of_our_own_is_a_success(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue()
    there.manners.refuses_repetitions = True
    there.order(Trouble.CREATED_RATELIMIT)
    there.manners.lag = (3600, 3600)
    drain()
    pass_time(10 * MINUTE)
    assert drain() == Delivery(unknown=1)

    there.submissions[:] = [one.__class__(**(vars(one) | {"listed_at": 0})) for one in there.submissions]
    pass_time(MINUTE)

    assert drain() == Delivery(posted=1)
    assert len(there.submissions) == 1


def test_a_repetition_of_somebody_elses_fails_in_the_end(
    drain: Deliver, queue: Queue, there: StandIn, pass_time: Pass, rows: Rows
) -> None:
    queue("aww")
    there.order(Trouble.ALREADY_SUB, Trouble.ALREADY_SUB)

    assert drain() == Delivery(unknown=1)
    pass_time(2 * LATENESS)

    assert drain() == Delivery(failed=1)
    assert rows(STATES)[0][1].startswith("r/aww has this link already, and not from us")


def test_what_cannot_be_looked_for_is_a_persons_at_once(
    app: Flask, queue: Queue, rows: Rows, postgresql: psycopg.Connection[Any]
) -> None:
    queue(None, target="x", destination="console")
    postgresql.execute("UPDATE posts SET state = 'unknown', attempts = 1, sent_at = %s", (datetime.now(UTC),))
    postgresql.commit()

    assert deliver(app, 60, attempt=1) == Delivery(unknown=1)
    assert rows("SELECT asks_since IS NULL, reason FROM posts") == [
        (False, "nobody saw how it ended, and what was printed cannot be read back: look there, and decide")
    ]
