"""Locks that are not to be had, statements that wait for others, and what a dead or frozen client leaves locked."""

from __future__ import annotations

import re
import time
from typing import Any

import psycopg
import pytest

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration import retries
from yt_pubsub_handler.migration.errors import MigrationFailed

SHORT = "lock_timeout_seconds = 0.3"
SLEEPING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
CONCURRENTLY = "with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY {} ON t (a)')"


def waits_for_a_lock(ask: Any) -> bool:
    """Tell whether a revision is waiting."""
    found: list[Any] = ask(
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE '% work %' "
        "AND datname = current_database()"
    )
    return bool(found)


def until(condition: Any) -> None:
    while not condition():
        time.sleep(0.01)


@pytest.fixture
def table(ask: Any) -> None:
    ask("CREATE TABLE t (a int)")


@pytest.fixture
def reader(session: Any, table: None) -> psycopg.Connection[Any]:
    """Somebody with a lock on the table, in a transaction that stays open."""
    connection: psycopg.Connection[Any] = session("report of the month")
    connection.execute("SELECT * FROM t")
    return connection


def test_a_lock_time_out_is_tried_again_and_the_blocker_recorded(
    project: Any, ask: Any, reader: psycopg.Connection[Any]
) -> None:
    (only,) = project.write({"header": SHORT, "upgrade": 'op.execute("ALTER TABLE t ADD b int")'})
    client = project.start(gates=("before steps.run_revision",))
    client.wait_at("before steps.run_revision")
    client.open("before steps.run_revision")
    until(lambda: ask("SELECT retries FROM pipeline.steps") == [(1,)])

    reader.rollback()
    (step,) = client.result()["steps"]

    assert step["retries"] >= 1
    assert [(one["pid"], one["application_name"], one["state"], one["wants"]) for one in step["blockers"]] == [
        (reader.info.backend_pid, "report of the month", "idle in transaction", "AccessExclusiveLock on t")
    ]
    assert ask("SELECT revision, outcome, retries, blockers FROM pipeline.steps") == [
        (only, "applied", step["retries"], step["blockers"])
    ]


def test_after_the_last_try_the_error_names_the_blocker(
    project: Any, ask: Any, reader: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "TRIES", 2)
    (only,) = project.write({"header": SHORT, "upgrade": 'op.execute("ALTER TABLE t ADD b int")'})

    with pytest.raises(MigrationFailed) as failure:
        alembic_upgrade(project.app)

    assert re.fullmatch(
        rf"\[lock-timeout\] The upgrade stopped in revision {only}: AccessExclusiveLock on t was kept by pid "
        rf"{reader.info.backend_pid} \(report of the month, role postgres, idle in transaction, for \d s\), for longer "
        r"than 0\.3 s, 2 times\. The database is at no revision \(unchanged; it was at none\)\. Run the deploy again "
        r"when that session is over\.",
        str(failure.value),
    )
    assert ask("SELECT outcome, retries, error_code FROM pipeline.steps") == [("failed", 1, "lock-timeout")]


def test_what_has_committed_a_part_is_not_tried_again(project: Any, ask: Any, reader: psycopg.Connection[Any]) -> None:
    project.write(
        {
            "header": SHORT,
            "upgrade": "with op.get_context().autocommit_block(): op.execute('CREATE TABLE part ()')\n"
            "    op.execute('ALTER TABLE t ADD b int')",
        }
    )

    with pytest.raises(MigrationFailed, match=r"unchanged and what that revision commits by itself"):
        alembic_upgrade(project.app)

    assert ask("SELECT outcome, retries, error_code FROM pipeline.steps") == [("failed", 0, "lock-timeout")]
    assert ask("SELECT to_regclass('part') IS NOT NULL") == [(True,)]


def test_another_error_is_not_tried_again(project: Any, ask: Any) -> None:
    project.write('op.execute("SELECT 1/0")')

    with pytest.raises(MigrationFailed):
        alembic_upgrade(project.app)

    assert ask("SELECT outcome, retries FROM pipeline.steps") == [("failed", 0)]


def test_a_try_that_could_not_end_in_time_is_not_begun(project: Any, ask: Any, reader: psycopg.Connection[Any]) -> None:
    header = f"{SHORT}\nbudget_seconds = 5"
    project.write({"header": header, "upgrade": 'op.execute("ALTER TABLE t ADD b int")'})

    with pytest.raises(MigrationFailed, match="lock-timeout"):
        alembic_upgrade(project.app, seconds=5.4)

    assert ask("SELECT retries FROM pipeline.steps") == [(0,)]


def test_the_pauses_grow_and_are_never_the_same() -> None:
    first, second = list(retries.pauses()), list(retries.pauses())

    assert len(first) == retries.TRIES - 1
    assert all(pause <= longest for pause, longest in zip(first, (0.5, 1, 2, 4, 8, 15), strict=True))
    assert all(pause >= longest / 2 for pause, longest in zip(first, (0.5, 1, 2, 4, 8, 15), strict=True))
    assert first != second


def test_an_index_is_built_after_an_older_transaction_has_ended(
    project: Any, ask: Any, session: Any, table: None
) -> None:
    """Under the lock time-out it would end in the middle, and stay there invalid."""
    project.write({"header": SHORT, "upgrade": CONCURRENTLY.format("ix")})
    older = session("elsewhere")
    older.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    older.execute("SELECT count(*) FROM pg_class")
    client = project.start(gates=("after concurrently._open",))
    client.wait_at("after concurrently._open")
    client.open("after concurrently._open")

    assert ask("SELECT to_regclass('ix')") == [(None,)]
    older.rollback()

    assert len(client.result()["applied"]) == 1
    assert ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass") == [(True,)]


def test_a_transaction_that_is_older_for_too_long_is_named_and_nothing_is_built(
    project: Any, ask: Any, session: Any, table: None
) -> None:
    header = "older_transactions_seconds = 0.3"
    (only,) = project.write({"header": header, "upgrade": CONCURRENTLY.format("ix")})
    older = session("elsewhere")
    older.execute("INSERT INTO t VALUES (1)")

    with pytest.raises(MigrationFailed) as failure:
        alembic_upgrade(project.app)

    assert re.fullmatch(
        rf"\[older-transactions\] The upgrade stopped in revision {only}: It was not started: for 0 s it waited for "
        rf"transactions that were open before, such as pid {older.info.backend_pid} \(elsewhere, role postgres, idle "
        r"in transaction, for \d s\)\. End them, or wait until they are over\. The database is at no revision "
        r"\(unchanged and what that revision commits by itself; it was at none\)\. Run the deploy again then\.",
        str(failure.value),
    )
    assert ask("SELECT to_regclass('ix')") == [(None,)]


def test_a_transaction_that_is_not_in_the_way_is_not_waited_for(
    project: Any, ask: Any, session: Any, table: None
) -> None:
    header = "older_transactions_seconds = 0.3"
    project.write({"header": header, "upgrade": CONCURRENTLY.format("ix")})
    ask("CREATE TABLE elsewhere (a int)")
    session("idle").execute("SELECT * FROM elsewhere")

    assert len(alembic_upgrade(project.app)["applied"]) == 1


def test_an_index_that_waits_for_a_later_transaction_is_not_timed_out(
    project: Any, ask: Any, session: Any, table: None
) -> None:
    project.write({"header": SHORT, "upgrade": CONCURRENTLY.format("ix")})
    client = project.start(gates=("after work.wait_for_older_transactions",))
    client.wait_at("after work.wait_for_older_transactions")
    later = session("later")
    later.execute("INSERT INTO t VALUES (1)")
    client.open("after work.wait_for_older_transactions")
    until(lambda: waits_for_a_lock(ask))
    time.sleep(0.5)  # Longer than the lock time-out; there is no event for its absence.

    later.rollback()

    assert len(client.result()["applied"]) == 1


def test_validating_is_not_timed_out_and_needs_no_older_transaction_to_end(
    project: Any, ask: Any, session: Any, table: None
) -> None:
    """It stalls nobody who reads or writes, and waits for nothing but other changes of the table."""
    ask("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID")
    seen = "op.execute(\"CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS it\")"
    project.write({"header": SHORT, "upgrade": "op.execute('ALTER TABLE t VALIDATE CONSTRAINT c')"}, seen)
    writer, changer = session("writer"), session("changer")
    writer.execute("INSERT INTO t VALUES (1)")
    changer.execute("LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE")
    client = project.start()
    until(lambda: waits_for_a_lock(ask))
    time.sleep(0.5)  # Longer than the lock time-out; there is no event for its absence.

    changer.rollback()

    assert len(client.result()["applied"]) == 2
    assert ask("TABLE seen") == [("4s",)]


def test_what_holds_others_up_does_not_wait_without_a_time_out(
    project: Any, ask: Any, session: Any, table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "TRIES", 1)
    ask("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID")
    ask("CREATE TABLE other ()")
    upgrade = "op.execute('LOCK TABLE other'); op.execute('ALTER TABLE t VALIDATE CONSTRAINT c')"
    project.write({"header": SHORT, "upgrade": upgrade})
    session("changer").execute("LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE")

    with pytest.raises(MigrationFailed, match=r"\[lock-timeout\].*changer"):
        alembic_upgrade(project.app)


@pytest.mark.parametrize("end", ["kill", "freeze"])
def test_the_locks_of_a_client_that_is_gone_are_given_back(end: str, project: Any, ask: Any, table: None) -> None:
    """Killed in a statement, it would hold them to its end; frozen between two of them, for ever."""
    statement = "SELECT pg_sleep(600)" if end == "kill" else "SELECT 1"
    gate = '__import__("gates").pass_gate("inside")'
    project.write(f'op.execute("LOCK TABLE t"); {gate}; op.execute("{statement}")')
    options = {
        "connections._OPTIONS": {"idle_in_transaction_session_timeout": "1s", "client_connection_check_interval": "1s"}
    }
    client = project.start(values=options)
    client.wait_at("inside")
    if end == "kill":
        client.open("inside")
        until(
            lambda: ask(
                "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
            )
        )

    getattr(client, end)()
    ask("SET lock_timeout = '20s'")
    began = time.monotonic()
    ask("SELECT * FROM t")

    assert time.monotonic() - began < 5


def test_a_statement_of_a_frozen_client_is_ended_by_the_next_run(project: Any, ask: Any, table: None) -> None:
    """The server does not notice a frozen client: its connection is there, and its statement runs to its end."""
    first, second = project.write('op.execute("CREATE TABLE a ()")', 'op.execute("LOCK TABLE t; SELECT pg_sleep(600)")')
    client = project.start()
    until(lambda: ask(SLEEPING))
    client.freeze()
    corrected = project.folder / "migrations" / "versions" / f"{second}.py"
    corrected.write_text(corrected.read_text().replace("pg_sleep(600)", "1"))

    applied = project.start().result()["applied"]
    client.thaw()
    code, _ = client.error()

    assert applied == [second]
    assert code in ("mutex-lost", "fence")
    assert ask("SELECT revision, outcome FROM pipeline.steps ORDER BY id") == [
        (first, "applied"), (second, "interrupted"), (second, "applied"),
    ]  # fmt: skip
