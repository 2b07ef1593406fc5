"""Rollback chooses its target from what was promoted, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.history import migration_history
from yt_pubsub_handler.migration.plan import plan
from yt_pubsub_handler.migration.releases import record_release

Chain = Callable[..., list[str]]

PROMOTED = {
    "commit": "c" * 40,
    "lambda_version": "12",
    "code_sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "schema": "0" * 11 + "1",
    "smoke": {"status": 200},
    "run": {"id": 7, "attempt": 2, "actor": "jo"},
}


def recorded(app: Flask, **event: Any) -> list[dict[str, Any]]:
    releases: list[dict[str, Any]] = migration_history(app, event)["releases"]
    return releases


def test_a_promoted_release_is_recorded_with_all_that_is_known_of_it(empty_app: Flask) -> None:
    record = record_release(empty_app, PROMOTED)

    at = record["promoted_at"]
    expected = {**PROMOTED, "id": 1, "run": "7", "attempt": 2, "actor": "jo", "promoted_at": at}
    assert record == expected
    assert recorded(empty_app) == [expected]


def test_a_record_that_is_sent_again_is_one(empty_app: Flask, empty_postgresql: Any) -> None:
    record_release(empty_app, {"commit": "d" * 40})  # So that the ledger is there.
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: record_release(empty_app, PROMOTED), range(3)))

    assert answers[1:] == answers[:-1]
    assert len(recorded(empty_app)) == 2


def test_a_release_that_is_promoted_again_is_another_record(empty_app: Flask) -> None:
    record_release(empty_app, PROMOTED)
    record_release(empty_app, PROMOTED | {"run": {"id": 8}})

    assert [(one["commit"], one["run"]) for one in recorded(empty_app)] == [("c" * 40, "8"), ("c" * 40, "7")]


def test_a_code_only_release_needs_no_more_than_its_commit(empty_app: Flask) -> None:
    record = record_release(empty_app, {"commit": "c" * 40})

    assert {name for name, value in record.items() if value is not None} == {"id", "commit", "promoted_at"}


@pytest.mark.parametrize(
    "event", [{}, {"commit": "c" * 7}, {"commit": "C" * 40}, PROMOTED | {"schema": 1}, PROMOTED | {"run": {"id": None}}]
)
def test_what_cannot_be_understood_is_not_recorded(event: dict[str, Any], empty_app: Flask) -> None:
    with pytest.raises(Refused, match=r"\[request\] Nothing was done"):
        record_release(empty_app, event)

    assert recorded(empty_app) == []


def test_a_downgrade_goes_to_the_schema_of_a_promoted_release(empty_app: Flask, chain: Chain) -> None:
    first, second, third = chain(("pass", "pass"), ("pass", "pass"), ("pass", "pass"))
    alembic_upgrade(empty_app)
    record_release(empty_app, PROMOTED | {"schema": first})
    record_release(empty_app, {"commit": "cc" + "d" * 38, "schema": "f" * 12})

    told = plan(empty_app, {"target": "ccccccc"})

    assert (told["to"], [one["revision"] for one in told["revisions"]]) == (first, [third, second])
    with pytest.raises(Refused, match=r"release ccddddd \(revision f{12}\) is not a revision or promoted release"):
        plan(empty_app, {"target": "ccddddd"})


def test_a_commit_that_begins_two_releases_is_refused(empty_app: Flask, chain: Chain) -> None:
    first, second, _ = chain(("pass", "pass"), ("pass", "pass"), ("pass", "pass"))
    alembic_upgrade(empty_app)
    record_release(empty_app, {"commit": "c" * 39 + "a", "schema": first})
    record_release(empty_app, {"commit": "c" * 39 + "b", "schema": second})

    with pytest.raises(Refused, match=r"\[target\] .* ccccccc begins more than one release's commit"):
        plan(empty_app, {"target": "ccccccc"})
