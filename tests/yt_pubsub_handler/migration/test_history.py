"""What happened to the schema can be asked for, by somebody who was not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationError, Refused
from yt_pubsub_handler.migration.history import migration_history
from yt_pubsub_handler.migration.releases import record_release
from yt_pubsub_handler.migration.revisions import file_hash

Chain = Callable[..., list[str]]

RUN = {"run": {"id": 7, "attempt": 2, "actor": "jo"}}


def without_times(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run without what differs each time, having seen that it is there."""
    steps = [dict(step) for step in run["steps"]]
    for entry in (run, *steps):
        assert entry["started_at"] <= entry["ended_at"]
    return {
        **{name: value for name, value in run.items() if name not in ("id", "started_at", "ended_at")},
        "steps": [
            {name: value for name, value in step.items() if name not in ("seconds", "started_at", "ended_at")}
            for step in steps
        ],
    }


def test_each_run_is_told_with_its_steps_newest_first(empty_app: Flask, chain: Chain) -> None:
    first, second = chain(("pass", "pass"), ("op.execute('SELECT 1/0')", "pass"))
    with pytest.raises(MigrationError, match="revision-failed"):
        alembic_upgrade(empty_app, RUN)

    (run,) = json.loads(json.dumps(migration_history(empty_app, {})))["runs"]

    nothing = {"retries": 0, "blockers": [], "error_code": None, "error": None}
    failure = {"error_code": "revision-failed", "error": run["steps"][1]["error"]}
    assert "division by zero" not in json.dumps(run)  # Class 22 quotes values.
    assert without_times(run) == {
        "direction": "upgrade",
        "from": None,
        "target": second,
        "to": first,
        "release": "development",
        "lambda_version": None,
        "run": "7",
        "attempt": 2,
        "actor": "jo",
        "outcome": "failed",
        "error_code": "revision-failed",
        "error": run["error"],
        "steps": [
            {"revision": first, "file_hash": file_hash(empty_app, first), "outcome": "applied", **nothing},
            {"revision": second, "file_hash": file_hash(empty_app, second), "outcome": "failed", **nothing, **failure},
        ],
    }


def test_the_way_back_is_told_too(empty_app: Flask, chain: Chain) -> None:
    first, second = chain(("pass", "pass"), ("pass", "pass"))
    alembic_upgrade(empty_app)
    alembic_downgrade(empty_app)

    runs = migration_history(empty_app, {})["runs"]

    assert [(run["direction"], run["from"], run["to"], run["outcome"]) for run in runs] == [
        ("downgrade", second, first, "undone"),
        ("upgrade", None, second, "applied"),
    ]


def test_history_is_newest_first_and_has_an_end(empty_app: Flask) -> None:
    for digit in "abc":
        record_release(empty_app, {"commit": digit * 40})

    assert [one["commit"][0] for one in migration_history(empty_app, {"limit": 2})["releases"]] == ["c", "b"]


@pytest.mark.parametrize("limit", [0, 501, "5", True, None])
def test_a_history_without_a_sensible_end_is_refused(limit: Any, empty_app: Flask) -> None:
    with pytest.raises(Refused, match=r'\[request\] "limit" must be a number from 1 to 500'):
        migration_history(empty_app, {"limit": limit})


def test_before_there_is_a_ledger_the_history_is_empty(empty_app: Flask) -> None:
    assert migration_history(empty_app, {}) == {"runs": [], "releases": []}
