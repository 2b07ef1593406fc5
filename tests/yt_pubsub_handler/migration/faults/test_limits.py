"""What cannot end in time is not begun, and what takes too long is ended; a revision says itself what it needs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused
from yt_pubsub_handler.migration.limits import Deadline

SETTINGS = "current_setting('lock_timeout') AS locks, current_setting('statement_timeout') AS statements"
SEEN = f'op.execute("CREATE TABLE seen AS SELECT {SETTINGS}")'


def test_a_revision_whose_budget_is_not_left_is_not_begun(project: Any, ask: Any) -> None:
    first, second = project.write({"header": "budget_seconds = 5", "upgrade": "pass"}, "pass")

    with pytest.raises(MigrationFailed) as failure:
        alembic_upgrade(project.app, seconds=30)

    assert re.fullmatch(
        rf"\[deadline\] The upgrade stopped in revision {second}: (29|30) s are left, too few for its budget of 60 s\. "
        rf"The database is at {first} \(1 done before; it was at none\)\. "
        r"Run the deploy again: it goes on from there\.",
        str(failure.value),
    )
    assert ask("SELECT revision FROM pipeline.steps") == [(first,)]


def test_a_revision_that_can_never_be_begun_says_what_to_change(project: Any) -> None:
    """Run again it would end there again, and every fix after it would wait behind it."""
    project.write({"header": "budget_seconds = 500", "upgrade": "pass"})

    with pytest.raises(MigrationFailed, match=r"Raise the function's timeout_seconds, or lower .* budget_seconds"):
        alembic_upgrade(project.app, seconds=400)


def test_the_limits_a_revision_asks_for_are_in_force(project: Any, ask: Any) -> None:
    project.write({"header": "lock_timeout_seconds = 2.5\nbudget_seconds = 7", "upgrade": SEEN})

    alembic_upgrade(project.app, seconds=100)

    assert ask("TABLE seen") == [("2500ms", "7s")]


@pytest.mark.parametrize(
    "limit",
    ["budget_seconds = 0", "budget_seconds = 841", 'lock_timeout_seconds = "4"', "lock_timeout_seconds = True",
     "older_transactions_seconds = -1", "budget_seconds = float('nan')", "lock_timeout_seconds = 31"],
)  # fmt: skip
def test_a_limit_that_means_nothing_stops_the_run_before_its_first_revision(limit: str, project: Any, ask: Any) -> None:
    _, second = project.write("pass", {"header": limit, "upgrade": "pass"})

    with pytest.raises(
        Refused, match=rf"\[limits\] Nothing was done: revision {second} asks for {limit.split(maxsplit=1)[0]} ="
    ):
        alembic_upgrade(project.app)

    assert ask("SELECT to_regclass('alembic_version')") == [(None,)]


@pytest.mark.parametrize(
    "slow",
    ['op.execute("SELECT pg_sleep(60)")', 'for _ in range(600): op.execute("SELECT pg_sleep(0.1)")'],
    ids=["one statement", "many statements"],
)
def test_a_revision_that_takes_longer_than_its_budget_is_ended(slow: str, project: Any, ask: Any) -> None:
    """statement_timeout alone lets a revision of a thousand statements run for ever."""
    (only,) = project.write({"header": "budget_seconds = 1", "upgrade": f'op.execute("CREATE TABLE t ()")\n    {slow}'})

    with pytest.raises(MigrationFailed, match=r"\[budget\] .* took longer than its .*; it was at none\)\. Split the"):
        alembic_upgrade(project.app)

    assert ask("SELECT to_regclass('t')") == [(None,)]
    assert ask("SELECT revision, outcome, error_code FROM pipeline.steps") == [(only, "failed", "budget")]


def test_time_runs_out_and_never_below_nothing() -> None:
    assert Deadline().left() == float("inf")
    assert 0 < Deadline(5).left() <= 5
    assert Deadline(-1).left() == 0
