"""An upgrade leaves every revision either applied and recorded, or not applied and recorded."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused


def steps(ask: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = ask("SELECT revision, direction, outcome FROM pipeline.steps ORDER BY id")
    return found


def runs(ask: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = ask(
        "SELECT direction, outcome, from_revision, to_revision FROM pipeline.runs ORDER BY id"
    )
    return found


def test_what_was_done_is_told_and_recorded(project: Any, ask: Any) -> None:
    first, second = project.write('op.execute("CREATE TABLE a ()")', 'op.execute("CREATE TABLE b ()")')
    event = {"run": {"id": "77", "attempt": 2, "actor": "somebody"}}

    done = alembic_upgrade(project.app, event)

    assert (done["from"], done["to"], done["applied"]) == (None, second, [first, second])
    assert str(done) == (
        f"Done: 2 revisions applied in {sum(step['seconds'] for step in done['steps']):.1f} s; "
        f"the database is at {second}. Run 1."
    )
    assert steps(ask) == [(first, "upgrade", "applied"), (second, "upgrade", "applied")]
    assert ask(
        "SELECT key, direction, outcome, from_revision, target_revision, to_revision, release, actor, run, attempt, "
        "result FROM pipeline.runs"
    ) == [
        (f"77 2 upgrade {second} development", "upgrade", "applied", None, second, second, "development", "somebody",
         "77", 2, dict(done)),
    ]  # fmt: skip


def test_a_failed_revision_leaves_those_before_it(project: Any, ask: Any) -> None:
    first, second, _ = project.write('op.execute("CREATE TABLE a ()")', 'op.execute("SELECT 1/0")', "pass")

    with pytest.raises(MigrationFailed) as failure:
        alembic_upgrade(project.app)

    assert str(failure.value) == (
        f"[revision-failed] The upgrade stopped in revision {second}: 22012 DivisionByZero. "
        f"The database is at {first} (1 done before; it was at none). Correct that revision and deploy again."
    )
    assert steps(ask) == [(first, "upgrade", "applied"), (second, "upgrade", "failed")]
    assert runs(ask) == [("upgrade", "failed", None, first)]
    assert ask("SELECT version_num FROM alembic_version") == [(first,)]


def test_a_corrected_revision_goes_on_from_there(project: Any, ask: Any) -> None:
    first, second = project.write("pass", 'op.execute("SELECT 1/0")')
    with pytest.raises(MigrationFailed):
        alembic_upgrade(project.app)
    project.folder /= "corrected"
    project.write("pass", 'op.execute("SELECT 1")')

    assert alembic_upgrade(project.app)["applied"] == [second]
    assert steps(ask) == [(first, "upgrade", "applied"), (second, "upgrade", "failed"), (second, "upgrade", "applied")]


def test_a_downgrade_undoes_one_revision_after_the_other(project: Any, ask: Any) -> None:
    first, second, third = project.write(
        'op.execute("CREATE TABLE a (b int, c int)")',
        ('op.execute("CREATE INDEX b ON a (b)")', 'op.execute("DROP INDEX b")'),
        ('op.execute("CREATE INDEX c ON a (c)")', 'op.execute("DROP INDEX c")'),
    )
    alembic_upgrade(project.app)

    done = alembic_downgrade(project.app, {"target": first})

    assert (done["from"], done["to"], done["undone"]) == (third, first, [third, second])
    assert steps(ask)[3:] == [(third, "downgrade", "undone"), (second, "downgrade", "undone")]
    assert runs(ask)[1] == ("downgrade", "undone", third, first)


def test_a_database_beyond_the_package_is_not_touched(project: Any, ask: Any) -> None:
    project.write("pass")
    alembic_upgrade(project.app)
    ask("UPDATE alembic_version SET version_num = 'ffffffffffff'")

    with pytest.raises(Refused, match=r"\[unknown-revision\] Nothing was done: the database is at ffffffffffff"):
        alembic_upgrade(project.app)


def test_a_revision_cannot_end_its_transaction_by_itself(project: Any, ask: Any) -> None:
    """Half of it would be kept, and the rest lost, without anybody being told."""
    project.write('op.execute("CREATE TABLE half ()"); op.execute("COMMIT"); op.execute("SELECT 1/0")')

    with pytest.raises(
        MigrationFailed, match=r"\[transaction-control\] .* Use op.get_context\(\).autocommit_block\(\)"
    ):
        alembic_upgrade(project.app)

    assert ask("SELECT to_regclass('half')") == [(None,)]


def test_an_env_py_with_a_connection_of_its_own_is_refused(project: Any, ask: Any) -> None:
    """Nothing there would be under our limits, or behind the fence."""
    project.write('op.execute("CREATE TABLE unprotected ()")')
    env = project.folder / "migrations" / "env.py"
    env.write_text(env.read_text().replace('config.attributes.get("connection")', "None"))

    with pytest.raises(MigrationFailed, match=r"\[env-connection\] .*config.attributes\[\"connection\"\]"):
        alembic_upgrade(project.app)

    assert ask("SELECT to_regclass('unprotected')") == [(None,)]


def test_what_a_revision_does_to_its_session_does_not_reach_the_next(project: Any, ask: Any) -> None:
    seen = "current_setting('lock_timeout') AS locks, to_regclass('leak') AS leak"
    project.write(
        "op.execute(\"SET lock_timeout = '77s'; CREATE TEMP TABLE leak ()\")\n"
        '    op.execute("SELECT pg_advisory_lock(7)")',
        f'op.execute("CREATE TABLE seen AS SELECT {seen}, pg_try_advisory_lock(7) AS locked")\n'
        '    op.execute("SELECT pg_advisory_unlock(7)")',
    )

    alembic_upgrade(project.app)

    assert ask("TABLE seen") == [("4s", None, True)]


@pytest.mark.parametrize("which", ["% ledger %", "% work %", "%"])
def test_sessions_that_the_server_ends_end_the_run_and_are_written_down(which: str, project: Any, ask: Any) -> None:
    """As a failover does, or an administrator; but for the ledger's, which is only opened again."""
    first, second = project.write("pass", '__import__("gates").pass_gate("inside"); op.execute("SELECT 1")')
    client = project.start()
    client.wait_at("inside")

    ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name LIKE %s AND datname = current_database()",
        f"yt-pubsub-handler migration{which}",
    )
    client.open("inside")
    answer = client.answer()

    if which == "% ledger %":
        assert "result" in answer, answer
        assert steps(ask)[1] == (second, "upgrade", "applied")
    else:
        assert answer["code"] == ("revision-failed" if which == "% work %" else "mutex-lost")
        assert f"The database is at {first} (1 done before; it was at none)" in answer["error"]
        assert steps(ask)[1] == (second, "upgrade", "failed")
        assert runs(ask) == [("upgrade", "failed", None, first)]


def test_a_database_that_goes_away_in_the_middle_is_told_and_sorted_out_by_the_next_run(
    project: Any, ask: Any, session: Any
) -> None:
    first, second = project.write("pass", '__import__("gates").pass_gate("inside"); op.execute("SELECT 1")')
    client = project.start()
    client.wait_at("inside")
    (database,) = ask("SELECT current_database()")[0]
    with psycopg.connect(
        project.url.replace("+psycopg", "").replace(f"/{database}", "/postgres"), autocommit=True
    ) as server:
        server.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false'.encode())
        ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        client.open("inside")
        code, message = client.error()
        server.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true'.encode())

    again = project.start()
    again.open("inside")

    assert code == "unreachable"
    assert "Nothing was done: the" not in message.split("(")[0]
    assert "What was done is in its ledger: see run.run_migration_status when it answers, then run it again." in message
    assert again.result()["applied"] == [second]
    assert steps(ask) == [
        (first, "upgrade", "applied"),
        (second, "upgrade", "interrupted"),
        (second, "upgrade", "applied"),
    ]


def test_what_was_committed_is_applied_even_if_an_error_comes_back(project: Any, ask: Any) -> None:
    """The answer to a COMMIT can be lost; tried again, the revision would fail for ever."""
    first, second = project.write('op.execute("CREATE TABLE a ()")', 'op.execute("CREATE TABLE b ()")')
    env = project.folder / "migrations" / "env.py"
    env.write_text(env.read_text() + '\nraise ConnectionError("after the commit")\n')

    assert alembic_upgrade(project.app)["applied"] == [first, second]
    assert steps(ask) == [(first, "upgrade", "applied"), (second, "upgrade", "applied")]


def test_a_step_that_a_successor_has_closed_is_not_committed(project: Any, ask: Any) -> None:
    closed = "UPDATE pipeline.steps SET outcome = 'interrupted', ended_at = now()"
    project.write(f'op.execute("CREATE TABLE lost ()"); op.execute("{closed}")')

    with pytest.raises(MigrationFailed, match=r"\[fence\] .*Another run has closed this step"):
        alembic_upgrade(project.app)

    assert ask("SELECT to_regclass('lost')") == [(None,)]


def test_a_statement_in_env_py_before_alembic_is_no_way_to_lose_everything(project: Any, ask: Any) -> None:
    """It begins a transaction in which the whole upgrade runs, exits 0 and keeps nothing: here it is told."""
    (only,) = project.write('op.execute("CREATE TABLE kept ()")')
    env = project.folder / "migrations" / "env.py"
    text = env.read_text().replace(
        "    context.configure(connection=connection",
        '    connection.exec_driver_sql("SET lock_timeout = 1000")\n    context.configure(connection=connection',
    )
    env.write_text(text)

    with pytest.raises(MigrationFailed, match=r"\[env-connection\] .* nothing was committed"):
        alembic_upgrade(project.app)

    assert steps(ask) == [(only, "upgrade", "failed")]
