"""A rollback is no time to deploy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection

from yt_pubsub_handler.migration.errors import MigrationFailed, Refused
from yt_pubsub_handler.migration.freezes import freeze, frozen, refuse_if_frozen, unfreeze
from yt_pubsub_handler.migration.reading import reading
from yt_pubsub_handler.settings import Settings, keep_settings

ROLLBACK = {"reason": "rollback of 1234567", "run": {"id": 7, "attempt": 1, "actor": "jo"}}


def test_a_freeze_is_in_force_until_it_is_lifted(empty_app: Flask) -> None:
    frozen_now = freeze(empty_app, ROLLBACK)

    with reading(empty_app) as connection, pytest.raises(Refused) as refused:
        refuse_if_frozen(connection)
    lifted = unfreeze(empty_app, {"by": "kim"})

    told = frozen_now["frozen"]
    assert frozen_now == {
        "frozen": {"frozen_at": told["frozen_at"], "by": "jo", "reason": ROLLBACK["reason"]},
        "new": True,
    }
    assert refused.value.code == "frozen"
    assert f"since {told['frozen_at']} by jo (rollback of 1234567)" in refused.value.message
    assert lifted == {"lifted": told}
    with reading(empty_app) as connection:
        refuse_if_frozen(connection)


def test_a_second_freeze_leaves_the_first(empty_app: Flask) -> None:
    first = freeze(empty_app, ROLLBACK)

    second = freeze(empty_app, {"reason": "another"})

    assert second == {"frozen": first["frozen"], "new": False}


def test_freezes_at_once_on_a_new_database_make_one(empty_app: Flask, empty_postgresql: Any) -> None:
    """None of them may fail because another one is making the ledger."""
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda number: freeze(empty_app, {"reason": str(number)}), range(5)))

    assert [answer["new"] for answer in answers].count(True) == 1
    assert empty_postgresql.execute("SELECT count(*) FROM pipeline.freezes").fetchone() == (1,)


def test_lifting_nothing_is_fine(empty_app: Flask) -> None:
    assert unfreeze(empty_app, {}) == {"lifted": None}


@pytest.mark.parametrize("event", [{}, {"reason": "  "}, {"reason": "x" * 501}, {"reason": None}])
def test_a_freeze_needs_a_reason(event: dict[str, Any], empty_app: Flask) -> None:
    with pytest.raises(Refused, match=r'\[request\] Nothing was done: "reason" must be a text'):
        freeze(empty_app, event)


def test_before_there_is_a_ledger_nothing_is_frozen(empty_reading: Connection) -> None:
    refuse_if_frozen(empty_reading)

    assert frozen(empty_reading) is None


def test_a_database_that_does_not_answer_is_told(empty_app: Flask) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    keep_settings(empty_app, Settings(database_url=url, secret_key="s", public_url="https://app.example"))

    with pytest.raises(MigrationFailed, match=r"\[unreachable\]"):
        freeze(empty_app, ROLLBACK)
