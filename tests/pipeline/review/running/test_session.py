"""A project stays started, each run is told in full, and nothing that a revision does ends more than its own run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Direction
from pipeline.review.running.session import Session, Watch
from pipeline.review.running.trace import Lock, Ran, Run, Scan
from tests.pipeline.review.running.conftest import FIRST_LINE, PLAIN_ENV, Stage, ask

UP, DOWN = Direction.UPGRADE, Direction.DOWNGRADE
TABLE = "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT g, 'x' FROM generate_series(1, 1000) g"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
# Each revision in a transaction of its own, as many projects have it.
ONE_BY_ONE = PLAIN_ENV.replace("connection=connection", "connection=connection, transaction_per_migration=True")


def run(session: Session, target: str = "head", *, direction: Direction = UP, die_at_commit: int | None = None) -> Run:
    return session.run(direction, target, watch=Watch.FULL, seconds=20, die_at_commit=die_at_commit)


def held(statement: Ran) -> set[tuple[str, str]]:
    return {(lock.relation, lock.mode) for lock in statement.locks}


def test_a_rewrite_is_told_with_its_locks_its_scan_and_the_servers_words(stage: Stage) -> None:
    session, _ = stage.play("op.execute('SELECT 1')\nop.execute('ALTER TABLE t ALTER COLUMN id TYPE bigint')", on=TABLE)

    done = run(session)

    assert done.failure is None
    first, second = done.statements
    assert (first.locks, first.rewritten, first.scanned, first.built, first.said) == ((), (), (), (), ())
    assert (second.file.name, second.line, second.revision) == ("0001.py", FIRST_LINE + 1, "0001")
    assert (second.sql, second.autocommit) == ("ALTER TABLE t ALTER COLUMN id TYPE bigint", False)
    assert held(second) == {
        ("public.t", "AccessExclusive"), ("public.t", "Share"), ("public.t_pkey", "AccessExclusive"),
    }  # fmt: skip
    assert (second.rewritten, second.built) == (("public.t",), ("public.t",))  # Its index is a new one.
    assert second.scanned == (Scan("public.t", 2, 2000),)
    assert second.said[:2] == ('rewriting table "t"', 'building index "t_pkey" on table "t" serially')
    assert done.started <= second.started < second.ended <= done.commits[-1] <= done.ended


def test_a_lock_lasts_until_its_transaction_ends(stage: Stage) -> None:
    session, _ = stage.play("op.execute('ALTER TABLE t ADD b int')\nop.execute('SELECT pg_sleep(0.2)')", on=TABLE)

    done = run(session)

    (lock,) = done.statements[0].locks
    assert lock == Lock("public.t", "AccessExclusive", done.statements[0].started, done.commits[-1])
    assert 0.2 < lock.held < done.took


def test_what_a_revision_made_itself_is_left_out(stage: Stage) -> None:
    session, _ = stage.play("op.execute('CREATE TABLE made (id int)')\nop.execute('CREATE INDEX i ON made (id)')")

    statements = run(session).statements

    assert [(one.locks, one.built, one.rewritten) for one in statements] == [((), (), ())] * 2


def test_an_index_that_is_built_names_its_table(stage: Stage) -> None:
    session, _ = stage.play("op.create_index('i', 't', ['a'])", on=TABLE)

    (statement,) = run(session).statements

    assert (statement.built, held(statement)) == (("public.t",), {("public.t", "Share")})


def test_locks_in_autocommit_are_seen_while_they_are_held(stage: Stage) -> None:
    session, _ = stage.play(
        """
        with op.get_context().autocommit_block():
            op.create_index("i", "t", ["a"], postgresql_concurrently=True)
        """,
        on=TABLE.replace("1000", "20000"),
    )

    done = run(session)

    (statement,) = done.statements
    assert statement.autocommit
    assert ("public.t", "ShareUpdateExclusive") in held(statement)
    assert statement.built == ("public.t",)
    assert {scan.relation for scan in statement.scanned} == {"public.t"}
    assert all(statement.started <= lock.since <= lock.until == statement.ended for lock in statement.locks)
    assert 'building index "i" on table "t" serially' in statement.said
    assert statement.ended in done.commits


def test_the_process_goes_on_from_run_to_run(stage: Stage) -> None:
    """The import of a project is what takes long."""
    keep = "import os; op.execute(f'CREATE TABLE p{os.getpid()} AS SELECT 1')"
    session, _ = stage.play(keep, "import os; op.execute(f'SELECT * FROM p{os.getpid()}')")

    runs = [run(session, "0001"), run(session, "0002"), run(session, "0001", direction=DOWN), run(session, "0002")]

    assert [one.failure for one in runs] == [None] * 4


def test_nobody_stays_connected_after_a_run(stage: Stage) -> None:
    session, url = stage.play("op.execute('SELECT 1')")

    run(session)

    assert ask(url, OTHERS) == 0


def test_each_commit_counts_where_each_revision_has_its_own(stage: Stage) -> None:
    session, _ = stage.play(*(f"op.execute('CREATE TABLE t{n} ()')" for n in range(3)), env=ONE_BY_ONE)

    done = run(session)

    assert [one.revision for one in done.statements] == ["0001", "0002", "0003"]
    assert len({one.transaction for one in done.statements}) == 3
    assert len(done.commits) == 3


@pytest.mark.parametrize(("commit", "tables"), [(1, 1), (2, 2), (3, 3)])
def test_it_dies_right_after_the_commit_that_is_named(stage: Stage, commit: int, tables: int) -> None:
    session, url = stage.play(*(f"op.execute('CREATE TABLE t{n} ()')" for n in range(3)), env=ONE_BY_ONE)

    died = run(session, die_at_commit=commit)
    there = ask(url, "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]$'")
    again = run(session)

    assert died.failure is not None
    assert died.failure.words == f"It was ended right after commit {commit}, as it was told."
    assert (len(died.commits), there, again.failure) == (commit, tables, None)


def test_the_project_stays_started_when_a_run_is_killed(stage: Stage) -> None:
    """To start it anew for each commit boundary took longer than all of its runs."""
    session, url = stage.play(
        "import os\nop.execute(f'CREATE TABLE p AS SELECT {os.getppid()} a, {os.getpid()} b')", "pass", env=ONE_BY_ONE
    )

    run(session, die_at_commit=1)
    parent, killed = ask(url, "SELECT a FROM p"), ask(url, "SELECT b FROM p")
    session, url = stage.play("import os\nop.execute(f'CREATE TABLE p AS SELECT {os.getpid()} a')")
    run(session)

    assert parent == ask(url, "SELECT a FROM p") != killed


def test_a_project_with_threads_is_not_copied_but_started_anew(stage: Stage) -> None:
    session, url = stage.play(
        "import os, threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "op.execute(f'CREATE TABLE p AS SELECT {os.getpid()} a')",
        "pass", "pass", env=ONE_BY_ONE,
    )  # fmt: skip

    run(session, "0001")
    died = run(session, die_at_commit=1)
    run(session)
    session, after = stage.play("import os\nop.execute(f'CREATE TABLE p AS SELECT {os.getpid()} a')")
    run(session)

    assert died.failure is not None
    assert died.failure.words == "It was ended right after commit 1, as it was told."
    assert ask(url, "SELECT a FROM p") != ask(after, "SELECT a FROM p")


def test_models_are_told_between_runs_which_then_apply_revisions_again(stage: Stage) -> None:
    models_ = "import sqlalchemy as sa\nmetadata = sa.MetaData()\nsa.Table('m', metadata, sa.Column('a', sa.Integer))\n"
    env = models_ + PLAIN_ENV.replace("connection=connection", "connection=connection, target_metadata=metadata")
    session, url = stage.play("op.execute('CREATE TABLE t ()')", env=env)

    told = session.models("create", 20)
    assert [line.get("models", line.get("done")) for line in told] == [1, 1], told
    models = ask(url, "SELECT 'm'::regclass::text")
    until = time.monotonic() + 5.0
    while (others := ask(url, OTHERS)) and time.monotonic() < until:  # The server notices late that somebody has left.
        time.sleep(0.05)
    done = run(session)

    assert (models, others, done.failure) == ("m", 0, None)
    assert ask(url, "SELECT 't'::regclass::text") == "t"


def test_a_statement_in_autocommit_is_a_commit_to_die_at(stage: Stage) -> None:
    session, url = stage.play(
        """
        with op.get_context().autocommit_block():
            op.execute("CREATE INDEX CONCURRENTLY i ON t (a)")
            op.execute("CREATE INDEX CONCURRENTLY j ON t (a)")
        """,
        on=TABLE,
    )

    died = run(session, die_at_commit=2)

    assert (len(died.statements), len(died.commits)) == (1, 2)
    assert ask(url, "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass") == 2


def test_a_failure_is_told_in_the_servers_words(stage: Stage) -> None:
    session, _ = stage.play(
        """
        op.execute("SELECT 1")
        op.execute(sa.text("INSERT INTO t VALUES (1, :secret)").bindparams(secret="hidden"))
        """,
        on=TABLE,
    )

    failure = run(session).failure

    assert failure is not None
    assert (failure.file and failure.file.name, failure.line) == ("0001.py", FIRST_LINE + 1)
    assert (failure.sqlstate, failure.timed_out) == ("23505", False)
    assert 'duplicate key value violates unique constraint "t_pkey"' in failure.words
    assert "Key (id)=(1) already exists." in failure.words
    assert failure.sql is not None
    assert failure.sql.startswith("INSERT INTO t VALUES (1, ")
    assert "hidden" not in failure.words + failure.sql


def test_a_statement_that_hangs_is_cancelled_and_named(stage: Stage) -> None:
    session, _ = stage.play("pass", "op.execute('SELECT pg_sleep(600)')")
    run(session, "0001")
    began = time.monotonic()

    failure = session.run(UP, "0002", watch=Watch.TIMES, seconds=2).failure

    assert failure is not None
    assert (failure.timed_out, failure.sqlstate, failure.sql) == (True, "57014", "SELECT pg_sleep(600)")
    assert (failure.file and failure.file.name, failure.line) == ("0002.py", FIRST_LINE)
    assert time.monotonic() - began < 10


def test_a_revision_that_hangs_outside_the_database_is_killed(stage: Stage) -> None:
    session, url = stage.play("pass", "op.execute('CREATE TABLE t ()')\nimport time\nwhile True: time.sleep(600)")
    run(session, "0001")

    failure = session.run(UP, "0002", watch=Watch.FULL, seconds=2).failure
    left = ask(url, OTHERS)

    assert failure is not None
    assert (failure.timed_out, failure.sql, failure.line) == (True, None, FIRST_LINE)
    assert left == 0


@pytest.mark.parametrize(
    "code",
    [
        "print('to nobody')",
        "import sys; print('x' * 1_000_000, file=sys.stderr)",
        "import os\nif os.fork() == 0: os._exit(0)",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1)'], check=True)",
        "import logging; logging.basicConfig(level=0, force=True); logging.disable(100)",
        "import os; os.chdir('/')",
        "import sys; assert sys.stdin.read() == ''",
        "import sys; assert not [name for name in sys.modules if name.startswith('pipeline')]",
        "op.execute(\"SET LOCAL statement_timeout = '5s'\")",
        "op.execute('SET search_path = nowhere, public')",
    ],
)
def test_what_a_revision_does_to_its_process_is_survived(stage: Stage, code: str) -> None:
    session, url = stage.play(
        f"{code}\nop.execute('CREATE TABLE public.a ()')", "op.execute('CREATE TABLE public.b ()')"
    )

    runs = [run(session, "0001"), run(session, "0002")]

    assert [one.failure for one in runs] == [None, None]
    assert ask(url, "SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b')") == 2


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise SystemExit(4)", "SystemExit: 4"),
        ("import os; os._exit(4)", "The revision ended its process with exit code 4."),
        ("import os; os.kill(os.getpid(), 9)", "The revision ended its process with exit code -9."),
        ("raise KeyError('x')", "KeyError: 'x'"),
    ],
)
def test_a_revision_that_ends_its_process_fails_alone(stage: Stage, code: str, words: str) -> None:
    session, _ = stage.play("op.execute('SELECT 1')", f"op.execute('SELECT 2')\n{code}")

    runs = [run(session, "0001"), run(session, "0002"), run(session, "0001", direction=DOWN)]

    assert [one.failure and one.failure.words for one in runs] == [None, words, None]
    assert runs[1].failure is not None
    assert runs[1].failure.file is not None


def test_a_forked_child_that_comes_back_takes_no_commands(stage: Stage) -> None:
    """On its way it closes the connection that it shares with its parent, whose run fails as it would anywhere."""
    session, _ = stage.play("import os\nif os.fork() == 0: raise SystemExit(0)\nos.wait()", "pass")

    run(session, "0001")
    stage.write("op.execute('SELECT 1')")
    again = run(session, "0001")

    assert (again.failure, len(again.statements)) == (None, 1)


def test_a_cursor_of_the_driver_is_told_as_not_watched(stage: Stage) -> None:
    session, url = stage.play("op.get_bind().connection.cursor().execute('CREATE TABLE past ()')")

    done = run(session)

    assert (done.failure, done.statements) == (None, ())
    assert ask(url, "SELECT count(*) FROM pg_class WHERE relname = 'past'") == 1
    assert any(f"0001.py:{FIRST_LINE} takes a cursor of the driver" in remark for remark in session.remarks)


def test_a_commit_written_as_sql_ends_the_transaction(stage: Stage) -> None:
    """The usual way around ALTER TYPE … ADD VALUE."""
    session, _ = stage.play(
        "op.execute('LOCK TABLE t')\nop.execute('COMMIT')\nop.execute('SELECT 1 FROM t')\nop.execute('ROLLBACK')",
        on=TABLE,
    )

    done = run(session)

    assert done.failure is None
    lock, commit, read, _ = done.statements
    assert [one.until for one in lock.locks] == [commit.ended]
    assert commit.ended in done.commits
    assert ("public.t", "AccessShare") in held(read)
    assert read.transaction != lock.transaction


def test_an_error_that_a_revision_survives_is_its_own(stage: Stage) -> None:
    """Watching neither causes one nor hides one: the second statement fails because the first did."""
    session, _ = stage.play(
        """
        failed = []
        for statement in ("SELECT 1 / 0", "SELECT 1"):
            try:
                op.execute(statement)
            except sa.exc.DBAPIError as error:
                failed.append(type(error.orig).__name__)
        op.execute("ROLLBACK")
        assert failed == ["DivisionByZero", "InFailedSqlTransaction"], failed
        """
    )

    done = run(session)

    assert done.failure is None or "alembic_version" in done.failure.words
    assert [one.sql for one in done.statements] == ["SELECT 1 / 0", "SELECT 1", "ROLLBACK"]


def test_watching_costs_no_time_that_is_told(stage: Stage) -> None:
    """Hundreds of tables make each look slow; the statements between them are not."""
    tables = "DO $$ BEGIN FOR n IN 1..300 LOOP EXECUTE format('CREATE TABLE n%s ()', n); END LOOP; END $$"
    session, url = stage.play(
        """
        import time
        began = time.monotonic()
        for n in range(20):
            op.execute("LOCK TABLE n7")
        op.execute(f"CREATE VIEW really AS SELECT {time.monotonic() - began} AS seconds")
        """,
        on=tables,
    )

    *locks, _ = run(session).statements

    really = float(str(ask(url, "SELECT seconds FROM really")))
    assert locks[-1].ended - locks[0].started < 0.5 * really


def test_what_runs_inside_needs_nothing_but_python() -> None:
    """A reviewed project's Python has none of our packages."""
    code = "import sys; sys.path.insert(0, 'scripts'); import pipeline.review.running.inside.program"

    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_a_module_that_is_missing_is_named_with_the_python_that_lacks_it(stage: Stage) -> None:
    project = stage.write("pass", env="import not_here.at_all\n")

    with Session(project, stage.database()) as session, pytest.raises(CouldNotAnswer) as refused:
        run(session)

    assert "No module named 'not_here'" in str(refused.value)
    assert "Install not_here there, or name the Python that has it with --python" in str(refused.value)
    assert str(project.python) in str(refused.value)


@pytest.mark.parametrize(("python", "words"), [("/nowhere/python", "cannot be run"), ("/bin/false", "does not start")])
def test_a_python_that_is_none_is_refused(stage: Stage, python: str, words: str) -> None:
    project = stage.write("pass", python=Path(python))

    with pytest.raises(CouldNotAnswer, match=words), Session(project, stage.database()):
        pass
