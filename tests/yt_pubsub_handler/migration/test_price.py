"""What the engine adds is counted in words to the server: seconds would be those of the machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask

from yt_pubsub_handler.db_utils import alembic_upgrade

Chain = Callable[..., list[str]]

EACH_REVISION = [
    "INSERT INTO pipeline.steps",
    "SELECT pg_catalog.pg_class.relname",  # Alembic: is there its table, and what does it say?
    "SELECT alembic_version.version_num",
    "UPDATE alembic_version",
    "UPDATE pipeline.steps",
    "SELECT FROM pipeline.fence",
    "DISCARD ALL",
]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The statements that go to the server from here on, each with the name of the thread that sends it."""
    seen: list[tuple[str, str]] = []
    execute = psycopg.Cursor.execute

    def telling(cursor: Any, query: Any, *arguments: Any, **keywords: Any) -> Any:
        told = query.decode() if isinstance(query, bytes) else str(query)
        seen.append((threading.current_thread().name, " ".join(told.split())))
        return execute(cursor, query, *arguments, **keywords)

    monkeypatch.setattr(psycopg.Cursor, "execute", telling)
    return seen


def test_a_revision_costs_four_statements_beside_those_of_alembic(
    empty_app: Flask, chain: Chain, sent: list[tuple[str, str]]
) -> None:
    chain(*[("pass", "pass")] * 3)

    alembic_upgrade(empty_app)

    said = [statement for thread, statement in sent if thread != "migration-heartbeat"]
    third = len(said) - 1 - next(n for n, one in enumerate(reversed(said)) if one.startswith(EACH_REVISION[0]))
    assert [one[: len(word)] for one, word in zip(said[third:], EACH_REVISION, strict=False)] == EACH_REVISION


def test_an_upgrade_with_nothing_to_do_costs_no_more_than_it_did(empty_app: Flask, sent: list[tuple[str, str]]) -> None:
    """Five of them are SQLAlchemy's own, which asks each server what it is."""
    alembic_upgrade(empty_app)
    sent.clear()

    alembic_upgrade(empty_app)

    assert len([one for thread, one in sent if thread != "migration-heartbeat"]) <= 26


def test_many_small_revisions_are_no_reason_for_the_heart_to_beat_faster(
    empty_app: Flask, chain: Chain, sent: list[tuple[str, str]]
) -> None:
    """A beat while a revision is watched is due after a quarter of its lock time-out, which is one second."""
    chain(*[("pass", "pass")] * 9)
    began = time.monotonic()

    alembic_upgrade(empty_app)

    looks = [one for thread, one in sent if thread == "migration-heartbeat" and "pipeline.fence" in one]
    assert len(looks) <= time.monotonic() - began
