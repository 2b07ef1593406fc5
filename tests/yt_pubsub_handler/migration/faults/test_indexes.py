"""A revision is never "applied" with an index that PostgreSQL does not use, and a failed one is cleared away."""

from __future__ import annotations

from typing import Any

import pytest

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationFailed


def unique(more: str = "", name: str = "ix") -> str:
    return (
        "with op.get_context().autocommit_block(): "
        f"op.create_index('{name}', 't', ['a'], unique=True, postgresql_concurrently=True{more})"
    )


TRIED_AGAIN = pytest.mark.parametrize("more", ["", ", if_not_exists=True"])


@pytest.fixture
def twice(ask: Any) -> None:
    """A table that no unique index fits."""
    ask("CREATE TABLE t (a int)")
    ask("INSERT INTO t VALUES (1), (1)")


def indexes(ask: Any) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = ask(
        "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1"
    )
    return found


@TRIED_AGAIN
def test_an_index_that_failed_half_way_is_built_anew_on_the_next_run(
    more: str, project: Any, ask: Any, twice: None
) -> None:
    """With IF NOT EXISTS the revision would be marked applied, and the index stay invalid."""
    (only,) = project.write(unique(more))
    with pytest.raises(MigrationFailed, match=r"23505 UniqueViolation .* \[table t, constraint ix\]"):
        alembic_upgrade(project.app)
    assert indexes(ask) == [("ix", False)]
    ask("DELETE FROM t")

    assert alembic_upgrade(project.app)["applied"] == [only]
    assert indexes(ask) == [("ix", True)]


def finish(writer: Any, project: Any) -> list[str]:
    """Upgrade, and let the writer go on when nothing of the killed one is at work any more."""
    client = project.start(gates=("after takeover.raise_fence",))
    client.wait_at("after takeover.raise_fence")
    writer.rollback()
    client.open("after takeover.raise_fence")
    applied: list[str] = client.result()["applied"]
    return applied


@TRIED_AGAIN
def test_an_index_that_was_done_before_the_revision_was_is_built_anew(more: str, project: Any, ask: Any) -> None:
    """Killed between the two commits: the statement would find the index there, and the revision never end."""
    ask("CREATE TABLE t (a int)")
    (only,) = project.write(unique(more))
    client = project.start(gates=("before steps.end_step",))
    client.wait_at("before steps.end_step")
    assert indexes(ask) == [("ix", True)]

    client.kill()

    assert project.start().result()["applied"] == [only]
    assert indexes(ask) == [("ix", True)]


def test_an_index_that_was_there_before_the_revision_stays(project: Any, ask: Any) -> None:
    ask("CREATE TABLE t (a int)")
    ask("CREATE UNIQUE INDEX ix ON t (a)")
    before = ask("SELECT 'ix'::regclass::oid")
    fails = 'op.execute("SELECT 1/(SELECT count(*) FROM t)")'
    (only,) = project.write(f"{unique(', if_not_exists=True')}\n    {fails}")
    with pytest.raises(MigrationFailed, match="DivisionByZero"):
        alembic_upgrade(project.app)
    ask("INSERT INTO t VALUES (1)")

    assert alembic_upgrade(project.app)["applied"] == [only]
    assert ask("SELECT 'ix'::regclass::oid") == before


@TRIED_AGAIN
def test_an_index_whose_builder_was_killed_is_built_anew(more: str, project: Any, ask: Any, session: Any) -> None:
    ask("CREATE TABLE t (a int)")
    (only,) = project.write(unique(more))
    client = project.start(gates=("after work.wait_for_older_transactions",))
    client.wait_at("after work.wait_for_older_transactions")
    writer = session("writer")
    writer.execute("INSERT INTO t VALUES (1)")
    client.open("after work.wait_for_older_transactions")
    while indexes(ask) != [("ix", False)]:
        pass

    client.kill()
    applied = finish(writer, project)

    assert applied == [only]
    assert indexes(ask) == [("ix", True)]
    assert ask("SELECT outcome, indexes FROM pipeline.steps ORDER BY id") == [
        (outcome, [{"schema": "public", "table": "t", "name": "ix"}]) for outcome in ("interrupted", "applied")
    ]


def test_what_a_corrected_revision_does_not_name_any_more_is_dropped(project: Any, ask: Any, twice: None) -> None:
    (only,) = project.write(unique())
    with pytest.raises(MigrationFailed):
        alembic_upgrade(project.app)
    project.folder /= "corrected"
    project.write("with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY other ON t (a)')")

    assert alembic_upgrade(project.app)["applied"] == [only]
    assert indexes(ask) == [("other", True)]


def test_an_invalid_index_that_is_nobodys_of_ours_stays(project: Any, ask: Any, twice: None) -> None:
    with pytest.raises(Exception, match="could not create unique index"):
        ask("CREATE UNIQUE INDEX CONCURRENTLY somebodys ON t (a)")
    project.write("pass")

    alembic_upgrade(project.app)

    assert indexes(ask) == [("somebodys", False)]


def test_a_revision_that_swallows_the_error_is_not_applied(project: Any, ask: Any, twice: None) -> None:
    (only,) = project.write(
        "import sqlalchemy.exc\n    try:\n        "
        + unique().replace(": op", ":\n            op")
        + "\n    except sqlalchemy.exc.IntegrityError:\n        pass"
    )

    with pytest.raises(MigrationFailed) as failure:
        alembic_upgrade(project.app)

    assert str(failure.value) == (
        f"[invalid-index] The upgrade stopped in revision {only}: it left ix invalid. The database is at no revision "
        "(unchanged and what that revision commits by itself; it was at none). Run the deploy again: the index is "
        "dropped and built anew."
    )


def test_the_index_over_a_partitioned_table_may_wait_for_its_partitions(project: Any, ask: Any) -> None:
    """It is invalid on purpose, until the last partition's index is attached."""
    ask("CREATE TABLE t (a int) PARTITION BY RANGE (a)")
    ask("CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9)")
    (only,) = project.write("op.execute('CREATE INDEX ix ON ONLY t (a)')")

    assert alembic_upgrade(project.app)["applied"] == [only]
    assert indexes(ask) == [("ix", False)]


def test_names_are_taken_as_they_are_quoted_and_from_the_tables_schema(project: Any, ask: Any) -> None:
    ask('CREATE SCHEMA "My:own%"')
    ask('CREATE TABLE "My:own%"."T" (a int)')
    ask('INSERT INTO "My:own%"."T" VALUES (1), (1)')
    statement = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "I %%x" ON "My\\\\:own%%"."T" (a)'.replace("%%", "%")
    (only,) = project.write(f"with op.get_context().autocommit_block(): op.execute('{statement}')")
    with pytest.raises(MigrationFailed):
        alembic_upgrade(project.app)
    ask('DELETE FROM "My:own%"."T"')

    assert alembic_upgrade(project.app)["applied"] == [only]
    assert ask('SELECT indisvalid FROM pg_index WHERE indrelid = \'"My:own%"."T"\'::regclass') == [(True,)]
