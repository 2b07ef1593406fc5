"""What was undone does not come back by itself: the next merge would bring it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection

from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.holds import held, hold, refuse_if_held, release_hold
from yt_pubsub_handler.migration.revisions import file_hash
from yt_pubsub_handler.migration.writing import writing
from yt_pubsub_handler.settings import settings_of

Chain = Callable[..., list[str]]


@pytest.fixture
def beside(empty_app: Flask) -> Iterator[Connection]:
    with writing(empty_app) as connection:
        yield connection


def told(app: Flask) -> list[dict[str, Any]]:
    with writing(app) as connection:
        return [{name: one[name] for name in ("revision", "by", "reason", "file")} for one in held(app, connection)]


def test_a_held_revision_is_refused_while_its_file_is_what_it_was(beside: Connection) -> None:
    hold(beside, "a" * 12, "hash", "jo", "it locked the table")

    with pytest.raises(Refused) as refused:
        refuse_if_held(beside, {"b" * 12: "hash", "a" * 12: "hash"})

    assert refused.value.code == "held-revision"
    assert "by jo (it locked the table) and its file has not changed since" in refused.value.message
    refuse_if_held(beside, {"a" * 12: "another hash", "b" * 12: "hash"})


def test_a_hold_is_undone_with_the_downgrade_it_belongs_to(empty_app: Flask) -> None:
    with writing(empty_app):
        pass

    with migration_engine(settings_of(empty_app)).connect() as connection:
        hold(connection, "a" * 12, "hash", None, None)
        connection.rollback()

    assert told(empty_app) == []


def test_what_is_held_says_whether_that_matters_to_this_package(empty_app: Flask, chain: Chain) -> None:
    first, second = chain(("pass", "pass"), ("pass", "pass"))
    with writing(empty_app) as connection:
        hold(connection, first, file_hash(empty_app, first), "jo", "why")
        hold(connection, first, file_hash(empty_app, first), "jo", "the same again")
        hold(connection, second, "what it was before it was corrected", None, None)
        hold(connection, "f" * 12, "hash", None, None)

    assert told(empty_app) == [
        {"revision": first, "by": "jo", "reason": "why", "file": "unchanged"},
        {"revision": second, "by": None, "reason": None, "file": "changed"},
        {"revision": "f" * 12, "by": None, "reason": None, "file": "missing"},
    ]


def test_a_released_hold_is_in_the_way_no_longer_and_stays_on_record(empty_app: Flask, empty_postgresql: Any) -> None:
    with writing(empty_app) as connection:
        hold(connection, "a" * 12, "one", None, None)
        hold(connection, "a" * 12, "two", None, None)

    released = release_hold(empty_app, {"revision": "a" * 12, "run": {"id": "7", "actor": "jo"}})

    assert released == {"revision": "a" * 12, "released": 2}
    assert told(empty_app) == []
    with writing(empty_app) as connection:
        refuse_if_held(connection, {"a" * 12: "one"})
    rows = empty_postgresql.execute("SELECT released_by, released_at IS NOT NULL FROM pipeline.holds").fetchall()
    assert rows == [("jo", True), ("jo", True)]


def test_a_revision_that_is_undone_again_is_held_again(empty_app: Flask) -> None:
    with writing(empty_app) as connection:
        hold(connection, "a" * 12, "one", None, "first")
    release_hold(empty_app, {"revision": "a" * 12})

    with writing(empty_app) as connection:
        hold(connection, "a" * 12, "one", None, "second")

    assert [one["reason"] for one in told(empty_app)] == ["second"]


def test_releasing_what_is_not_held_says_what_is(empty_app: Flask) -> None:
    with writing(empty_app) as connection:
        hold(connection, "a" * 12, "one", None, None)

    with pytest.raises(Refused, match=r"\[target\] Nothing was done: b{12} is not held\. Held are: a{12}\."):
        release_hold(empty_app, {"revision": "b" * 12})


@pytest.mark.parametrize(
    "event", [{}, {"revision": ""}, {"revision": 7}, {"revision": "a", "by": "x" * 501}, {"revision": "a", "by": 1}]
)
def test_an_event_that_means_nothing_releases_nothing(event: dict[str, Any], empty_app: Flask) -> None:
    with writing(empty_app) as connection:
        hold(connection, "a", "one", None, None)

    with pytest.raises(Refused, match=r"\[request\] Nothing was done"):
        release_hold(empty_app, event)

    assert len(told(empty_app)) == 1


def test_before_there_is_a_ledger_nothing_is_held(empty_app: Flask, empty_reading: Connection) -> None:
    refuse_if_held(empty_reading, {"a" * 12: "hash"})

    assert held(empty_app, empty_reading) == []
