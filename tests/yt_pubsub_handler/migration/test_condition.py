"""What the guard looks at before a deploy, and a person after one went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection

from yt_pubsub_handler import db_utils
from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade, migration_status
from yt_pubsub_handler.migration.condition import tell_condition
from yt_pubsub_handler.migration.mutex import acquire
from yt_pubsub_handler.migration.sessions import Sessions
from yt_pubsub_handler.settings import Settings, keep_settings, settings_of

Chain = Callable[..., list[str]]
Given = Callable[..., None]

MAKE_A = ('op.execute("CREATE TABLE a (b int)")', "pass")


@pytest.fixture
def sessions(empty_app: Flask) -> Sessions:
    """Return a run's sessions, as another invoke would have them."""
    return Sessions(settings_of(empty_app))


@pytest.fixture
def lock(sessions: Sessions) -> Iterator[Connection]:
    with sessions.open("lock", autocommit=True) as connection:
        yield connection


def test_a_healthy_database_has_nothing_to_tell(app: Flask) -> None:
    assert tell_condition(app) == {
        "pending": [],
        "held": [],
        "frozen": None,
        "interrupted": [],
        "invalid_indexes": [],
        "mutex": None,
        "last_run": tell_condition(app)["last_run"],
        "drift": [],
    }


def test_an_empty_database_is_told_of(empty_app: Flask) -> None:
    told = migration_status(empty_app)

    everything = [one["revision"] for one in told["history"]]
    assert {name: told[name] for name in told.keys() - {"release", "schema", "history"}} == {
        "pending": everything,
        "held": [],
        "frozen": None,
        "interrupted": [],
        "invalid_indexes": [],
        "mutex": None,
        "last_run": None,
        "drift": None,
    }


def test_what_is_pending_held_and_frozen_is_told_and_is_json(empty_app: Flask, chain: Chain) -> None:
    first, second = chain(MAKE_A, ("pass", "pass"))
    alembic_upgrade(empty_app)
    alembic_downgrade(empty_app, {"run": {"id": 7, "actor": "jo"}, "reason": "slow"})
    db_utils.freeze(empty_app, {"reason": "rollback"})

    told = json.loads(json.dumps(migration_status(empty_app)))

    assert told["pending"] == [second]
    assert [(one["revision"], one["by"], one["reason"], one["file"]) for one in told["held"]] == [
        (second, "jo", "slow", "unchanged")
    ]
    assert told["frozen"]["reason"] == "rollback"
    assert (told["last_run"]["direction"], told["last_run"]["outcome"], told["last_run"]["to"]) == (
        "downgrade", "undone", first,
    )  # fmt: skip
    assert [step["revision"] for step in told["last_run"]["steps"]] == [second]


def test_who_holds_the_mutex_is_told(empty_app: Flask, lock: Connection, sessions: Sessions) -> None:
    acquire(lock, lambda: 1.0)

    told = tell_condition(empty_app)["mutex"]

    assert told["application_name"] == f"yt-pubsub-handler migration lock {sessions.tag}"
    assert told["pid"] == lock.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr] # psycopg's.


def begin(given: Given, tag: str) -> None:
    """Write down what a run writes that has begun with a revision."""
    given(
        f"INSERT INTO pipeline.runs (direction, release, token, tag) VALUES ('upgrade', 'r', 1, '{tag}')",  # noqa: S608
        "INSERT INTO pipeline.steps (run_id, revision, direction, file_hash) "
        "SELECT max(id), 'aaaaaaaaaaaa', 'upgrade', 'h' FROM pipeline.runs",
    )


def test_a_step_without_an_end_is_interrupted_once_its_run_has_no_session(
    empty_app: Flask, chain: Chain, given: Given, sessions: Sessions
) -> None:
    chain(MAKE_A)
    alembic_upgrade(empty_app)
    begin(given, sessions.tag)

    with sessions.open("lock"):
        during = tell_condition(empty_app)["interrupted"]
    after = tell_condition(empty_app)["interrupted"]

    assert during == []
    assert [(one["revision"], one["direction"]) for one in after] == [("aaaaaaaaaaaa", "upgrade")]


def test_what_was_interrupted_and_then_done_is_told_no_longer(empty_app: Flask, chain: Chain, given: Given) -> None:
    chain(MAKE_A)
    alembic_upgrade(empty_app)
    begin(given, "gone")
    given("UPDATE pipeline.steps SET outcome = 'interrupted', ended_at = now() WHERE revision = 'aaaaaaaaaaaa'")
    interrupted = tell_condition(empty_app)["interrupted"]
    begin(given, "gone")
    given(
        "UPDATE pipeline.steps SET outcome = 'applied', ended_at = now() "
        "WHERE id = (SELECT max(id) FROM pipeline.steps)"
    )

    assert len(interrupted) == 1
    assert tell_condition(empty_app)["interrupted"] == []


def test_an_invalid_index_is_told(empty_app: Flask, chain: Chain, given: Given) -> None:
    chain(MAKE_A)
    alembic_upgrade(empty_app)
    given(
        "CREATE INDEX i ON a (b)", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
    )  # fmt: skip

    assert tell_condition(empty_app)["invalid_indexes"] == ["a.i"]


def test_a_part_that_fails_says_why_and_the_others_are_told(empty_app: Flask, chain: Chain, given: Given) -> None:
    chain(MAKE_A)
    alembic_upgrade(empty_app)
    given("ALTER TABLE pipeline.holds RENAME COLUMN reason TO because", "UPDATE alembic_version SET version_num = 'x'")

    told = tell_condition(empty_app)

    assert told["held"]["unknown"].startswith("42703 UndefinedColumn")
    assert told["pending"]["unknown"].startswith("[unknown-revision] Nothing was done: the database is at x")
    assert (told["frozen"], told["mutex"], told["drift"], told["interrupted"]) == (None, None, None, [])


def test_of_a_database_that_does_not_answer_every_part_is_unknown(empty_app: Flask) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    keep_settings(empty_app, Settings(database_url=url, secret_key="s", public_url="https://app.example"))

    told = migration_status(empty_app)

    assert told["schema"]["fit"] == "unreachable"
    parts = told.keys() - {"release", "schema", "history"}
    assert [name for name in parts if "no connection" not in told[name]["unknown"]] == []
