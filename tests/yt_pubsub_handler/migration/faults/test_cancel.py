"""A migration that everybody waits for can be ended by whoever may deploy."""

from __future__ import annotations

from typing import Any

import pytest

from yt_pubsub_handler.db_utils import alembic_cancel, alembic_upgrade
from yt_pubsub_handler.migration import cancel
from yt_pubsub_handler.migration.errors import Refused

BY = {"run": {"id": 1, "actor": "somebody"}}
SLEEPING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"


def sleeper(project: Any, ask: Any) -> tuple[Any, list[str]]:
    ids = project.write("pass", 'op.execute("CREATE TABLE lost ()"); op.execute("SELECT pg_sleep(600)")')
    client = project.start()
    while not ask(SLEEPING):
        pass
    return client, ids


def test_a_running_statement_is_ended_and_what_was_done_before_stays(project: Any, ask: Any) -> None:
    client, (first, second) = sleeper(project, ask)

    told = alembic_cancel(project.app, BY)
    code, message = client.error()

    assert told == {"run": 1, "outcome": "cancelled", "to": first}
    assert (code, message) == (
        "cancelled",
        f"[cancelled] The upgrade stopped in revision {second}: It was cancelled by somebody. The database is at "
        f"{first} (1 done before; it was at none). Run the deploy again to go on from there.",
    )
    assert ask("SELECT outcome, cancel_requested_by, error_code FROM pipeline.runs") == [
        ("cancelled", "somebody", "cancelled")
    ]
    assert ask("SELECT to_regclass('lost')") == [(None,)]


def test_a_frozen_run_loses_its_sessions(project: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel, "PATIENCE_SECONDS", 0.3)
    client, (first, second) = sleeper(project, ask)
    client.freeze()

    told = alembic_cancel(project.app, BY)

    assert told == {"run": 1, "outcome": "interrupted", "to": first}
    assert ask(SLEEPING) == []
    assert ask("SELECT revision, outcome FROM pipeline.steps ORDER BY id") == [
        (first, "applied"), (second, "interrupted"),
    ]  # fmt: skip


def test_a_dead_run_is_written_down_as_interrupted(project: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel, "PATIENCE_SECONDS", 0.0)
    client, (first, _) = sleeper(project, ask)
    client.kill()

    assert alembic_cancel(project.app) == {"run": 1, "outcome": "interrupted", "to": first}


def test_a_run_that_waits_for_a_lock_to_be_tried_again_ends_at_once(project: Any, ask: Any, session: Any) -> None:
    ask("CREATE TABLE t ()")
    session("reader").execute("LOCK TABLE t IN ACCESS SHARE MODE")
    project.write({"header": "lock_timeout_seconds = 0.1", "upgrade": 'op.execute("ALTER TABLE t ADD b int")'})
    patient = {"retries._FIRST_SECONDS": 600.0, "retries._LONGEST_SECONDS": 600.0}
    client = project.start(values=patient, seconds=9999, gates=("after ledger.Ledger.note_tries",))
    client.wait_at("after ledger.Ledger.note_tries")
    client.open("after ledger.Ledger.note_tries")

    assert alembic_cancel(project.app)["outcome"] == "cancelled"
    assert client.error()[0] == "cancelled"


def test_one_that_was_faster_is_told_as_it_ended(project: Any, ask: Any) -> None:
    (only,) = project.write('__import__("gates").pass_gate("inside")')
    client = project.start(gates=("before ledger.Ledger.end_run",))
    client.open("inside")
    client.wait_at("before ledger.Ledger.end_run")
    canceller = project.start("cancel")
    while ask("SELECT cancel_requested_at FROM pipeline.runs") == [(None,)]:
        pass

    client.open("before ledger.Ledger.end_run")

    assert canceller.result() == {"run": 1, "outcome": "applied", "to": only}


@pytest.mark.parametrize("ran", [False, True])
def test_without_a_run_there_is_nothing_to_cancel(ran: bool, project: Any) -> None:
    project.write("pass")
    if ran:
        alembic_upgrade(project.app)

    with pytest.raises(Refused, match=r"\[nothing-running\] Nothing was done: no migration is running"):
        alembic_cancel(project.app)
