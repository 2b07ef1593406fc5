"""Whoever comes second waits, or is told who holds the mutex; the revisions are applied once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration import mutex
from yt_pubsub_handler.migration.errors import Refused

# A heart that does not beat: the client does not hear that the mutex is lost.
DEAF = {"heartbeat.BEAT_SECONDS": 60.0, "mutex.OPTIONS": {"idle_session_timeout": "60s"}}
END_LOCKS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name LIKE '% lock %' AND datname = current_database()
"""
GATE = '__import__("gates").pass_gate("inside")'


@pytest.mark.parametrize("number", [2, 5])
def test_upgrades_at_once_all_succeed_and_apply_each_revision_once(number: int, project: Any, ask: Any) -> None:
    """On an empty database the losers of a race fail with a unique violation in pg_type."""
    ids = project.write(*(f'op.execute("CREATE TABLE t{n} ()")' for n in range(3)))

    started = [project.start() for _ in range(number)]
    answers = [client.result() for client in started]

    assert sorted(answer["applied"] for answer in answers) == [[]] * (number - 1) + [ids]
    assert {answer["to"] for answer in answers} == {ids[-1]}
    assert ask("SELECT revision, outcome FROM pipeline.steps ORDER BY id") == [(one, "applied") for one in ids]
    assert ask("SELECT count(*), count(DISTINCT token) FROM pipeline.runs WHERE outcome = 'applied'") == [
        (number, number)
    ]


def test_one_that_waits_does_not_deadlock_an_index_that_is_built_concurrently(project: Any, ask: Any) -> None:
    """Waiting inside pg_advisory_lock holds a snapshot, and the index waits for that snapshot."""
    project.write(
        'op.execute("CREATE TABLE t (a int)")',
        f"{GATE}\n    with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY ix ON t (a)')",
    )
    first = project.start()
    first.wait_at("inside")
    second = project.start(gates=("after mutex._held",), values={"mutex.PATIENCE_SECONDS": 0.0})
    second.wait_at("after mutex._held")  # It has tried, and would be waiting.

    first.open("inside")

    assert len(first.result()["applied"]) == 2
    assert ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass") == [(True,)]


def test_the_mutex_outlives_the_commits_of_an_autocommit_block(project: Any, ask: Any) -> None:
    """pg_advisory_xact_lock would be gone at the first of them."""
    project.write(f"with op.get_context().autocommit_block(): op.execute('CREATE TABLE t ()')\n    {GATE}")
    client = project.start()

    client.wait_at("inside")

    held = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database AND datname = current_database() "
    assert ask("SELECT to_regclass('t') IS NOT NULL") == [(True,)]
    assert ask(held + "WHERE locktype = 'advisory' AND granted") == [(1,)]


def test_a_wait_that_is_too_long_ends_by_naming_the_holder(
    project: Any, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("pass")
    monkeypatch.setattr(mutex, "PATIENCE_SECONDS", 0.3)
    other = session("somebody's psql")
    other.execute("SELECT pg_advisory_lock(%s)", (mutex.KEY,))

    with pytest.raises(Refused) as refusal:
        alembic_upgrade(project.app)

    assert re.fullmatch(
        r"\[mutex-held\] Nothing was done: after \d s the migration mutex is still held by "
        rf"pid {other.info.backend_pid} \(somebody's psql, role postgres, idle in transaction, for \d s\)\. Run the "
        r"deploy again when that run is over, or end it: zappa invoke <stage> run\.run_alembic_cancel",
        str(refusal.value),
    )


def test_the_time_left_bounds_the_wait_too(project: Any, session: Any) -> None:
    """What has waited until Lambda ends it could not even say so."""
    project.write("pass")
    session("other").execute("SELECT pg_advisory_lock(%s)", (mutex.KEY,))

    with pytest.raises(Refused, match="mutex-held"):
        alembic_upgrade(project.app, seconds=0.5)


def test_a_holder_that_loses_the_mutex_is_stopped_in_the_middle_of_a_statement(project: Any, ask: Any) -> None:
    (only,) = project.write('op.execute("CREATE TABLE lost ()"); op.execute("SELECT pg_sleep(600)")')
    client = project.start()
    sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    ends_when(lambda: ask(sleeping))

    ask(END_LOCKS)
    code, message = client.error()

    assert code == "mutex-lost"
    assert re.search(
        rf"stopped in revision {only}: The session that held the mutex is gone \(57P01 .*\), so nothing more is done\. "
        r"The database is at no revision \(unchanged; it was at none\)\. See run\.run_migration_status",
        message,
    )
    assert ask("SELECT outcome, error_code FROM pipeline.steps") == [("failed", "mutex-lost")]
    assert ask("SELECT to_regclass('lost')") == [(None,)]


def ends_when(condition: Any) -> None:
    """Wait for something on the server; pytest's time-out is the end of patience."""
    while not condition():
        pass


def test_a_raised_fence_stops_a_commit_even_while_the_mutex_seems_to_be_held(project: Any, ask: Any) -> None:
    """Between two heartbeats nobody knows that the mutex is lost; the commit asks for itself."""
    project.write(f'op.execute("CREATE TABLE lost ()"); {GATE}')
    client = project.start(values=DEAF)
    client.wait_at("inside")

    ask("UPDATE pipeline.fence SET token = token + 1")
    client.open("inside")
    code, _ = client.error()

    assert code == "fence"
    assert ask("SELECT to_regclass('lost')") == [(None,)]


def test_a_raised_fence_stops_a_statement_that_commits_by_itself(project: Any, ask: Any) -> None:
    project.write(
        f"with op.get_context().autocommit_block():\n        {GATE}\n        op.execute('CREATE TABLE lost ()')"
    )
    client = project.start(values=DEAF)
    client.wait_at("inside")

    ask("UPDATE pipeline.fence SET token = token + 1")
    client.open("inside")
    code, _ = client.error()

    assert code == "fence"
    assert ask("SELECT to_regclass('lost')") == [(None,)]


def test_no_successor_can_come_between_the_fence_and_the_commit(project: Any, ask: Any, session: Any) -> None:
    """The row that was looked at stays locked until the commit is over."""
    project.write("pass")
    client = project.start(gates=("after work.check_fence",))
    client.wait_at("after work.check_fence")

    successor = session("successor")
    successor.execute("SET lock_timeout = '100ms'")
    with pytest.raises(Exception, match="lock timeout"):
        successor.execute("UPDATE pipeline.fence SET token = token + 1")
    client.open("after work.check_fence")

    assert client.result()["applied"] != []


def test_a_session_that_was_opened_during_the_change_of_holders_is_ended(project: Any, ask: Any) -> None:
    """It has still found its own token; the statement that it sends next would be protected by no commit."""
    ask("CREATE TABLE t (a int)")
    project.write("with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY ON t (a)')")
    deaf = "before heartbeat.Heartbeat._look"
    gates = ("after ledger.Ledger.begin_step", "after work.wait_for_older_transactions", deaf)
    first = project.start(gates=gates, values=DEAF)
    first.wait_at(gates[0])
    ask(END_LOCKS)
    second = project.start(gates=("before takeover.raise_fence",))
    second.wait_at("before takeover.raise_fence")
    first.open(gates[0])
    first.wait_at(gates[1])

    second.open("before takeover.raise_fence")
    applied = second.result()["applied"]
    first.open(deaf)
    first.open(gates[1])
    code, _ = first.error()

    assert applied == project.ids
    assert code in ("mutex-lost", "fence")
    assert ask("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass") == [(1,)]


def test_a_deleted_fence_is_put_up_again_above_all_that_were_there(project: Any, ask: Any) -> None:
    project.write("pass")
    alembic_upgrade(project.app)
    alembic_upgrade(project.app)
    ask("DELETE FROM pipeline.fence")

    alembic_upgrade(project.app)

    assert ask("SELECT token FROM pipeline.runs ORDER BY id") == [(1,), (2,), (3,)]


def test_the_heart_beats_several_times_before_its_silence_counts() -> None:
    from yt_pubsub_handler.migration import heartbeat, takeover  # noqa: PLC0415 - constants of the engine.

    assert heartbeat.BEAT_SECONDS * 3 < mutex.SILENCE_SECONDS
    assert {"idle_session_timeout": f"{mutex.SILENCE_SECONDS}s"} == mutex.OPTIONS
    assert mutex.SILENCE_SECONDS + takeover.GRACE_SECONDS < mutex.PATIENCE_SECONDS
