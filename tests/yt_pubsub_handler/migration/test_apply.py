"""Whoever is woken by a failed migration reads one line: what happened, how it stands, what to do."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import psycopg
import pytest
from flask import Flask

from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade, migration_status
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused

TABLES = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1
"""
RELEASE = {"commit": "development", "version": None, "built_at": None}


@pytest.fixture(autouse=True)
def _not_on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_VERSION", raising=False)


@pytest.fixture
def tables(empty_postgresql: psycopg.Connection[Any]) -> Any:
    """Return a function that lists the tables there are now."""

    def ask() -> list[str]:
        with empty_postgresql.transaction():
            return [name for (name,) in empty_postgresql.execute(TABLES.encode())]

    return ask


def make(name: str) -> tuple[str, str]:
    return f'op.execute("CREATE TABLE {name} (a text)")', f'op.execute("DROP TABLE {name}")'


def test_an_upgrade_applies_what_is_pending_in_order(
    empty_app: Flask, write_revisions: Any, tables: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first, second = write_revisions(make("a"), make("b"))

    told = alembic_upgrade(empty_app)

    assert told == {
        "from": None,
        "to": second,
        "applied": [first, second],
        "head": second,
        "release": RELEASE,
        "lambda_version": None,
    }
    assert tables() == ["a", "b"]
    ours = [record.message for record in caplog.records if record.name.startswith("yt_pubsub_handler")]
    assert ours == [f"upgrade: revision {revision} ran, committing" for revision in (first, second)]


def test_a_downgrade_undoes_the_last_revision(empty_app: Flask, write_revisions: Any, tables: Any) -> None:
    first, second = write_revisions(make("a"), make("b"))
    alembic_upgrade(empty_app)

    told = alembic_downgrade(empty_app)

    assert told == {
        "from": second,
        "to": first,
        "undone": [second],
        "head": second,
        "release": RELEASE,
        "lambda_version": None,
    }
    assert tables() == ["a"]


def test_a_downgrade_goes_back_to_the_revision_it_is_told(empty_app: Flask, write_revisions: Any, tables: Any) -> None:
    first, second, third = write_revisions(make("a"), make("b"), make("c"))
    alembic_upgrade(empty_app)

    told = alembic_downgrade(empty_app, {"target": first})
    again = alembic_downgrade(empty_app, {"target": first})

    assert (told["undone"], told["to"]) == ([third, second], first)
    assert (again["undone"], again["to"]) == ([], first)
    assert tables() == ["a"]


@pytest.mark.parametrize(
    "target", ["f" * 12, "base", "head", "-2", "+1", "", "0", "000000000001; DROP", None, 1, ["-1"]]
)
def test_a_target_that_is_no_earlier_revision_is_refused(
    target: Any, empty_app: Flask, write_revisions: Any, tables: Any
) -> None:
    write_revisions(make("a"), make("b"))
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match="Nothing was done: "):
        alembic_downgrade(empty_app, {"target": target})

    assert tables() == ["a", "b"]


def test_a_later_revision_is_no_way_back(empty_app: Flask, write_revisions: Any) -> None:
    first, second = write_revisions(make("a"), make("b"))
    alembic_upgrade(empty_app)
    alembic_downgrade(empty_app)

    with pytest.raises(Refused) as raised:
        alembic_downgrade(empty_app, {"target": second})

    assert str(raised.value) == (
        f"Nothing was done: {second} is not a revision before {first}, where the database is. Those are: none."
    )


def test_going_back_before_the_first_revision_is_refused(empty_app: Flask, write_revisions: Any, tables: Any) -> None:
    """It would drop every table there is."""
    [first] = write_revisions(make("a"))
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match=f"{first} is the first revision"):
        alembic_downgrade(empty_app)

    assert tables() == ["a"]


def test_an_empty_database_has_nothing_to_undo(empty_app: Flask) -> None:
    with pytest.raises(Refused, match="the database is empty"):
        alembic_downgrade(empty_app)


def test_a_database_beyond_this_package_is_left_alone(
    empty_app: Flask, write_revisions: Any, tables: Any, empty_postgresql: psycopg.Connection[Any]
) -> None:
    """Code was rolled back before the schema, or an old workflow was run again."""
    [first] = write_revisions(make("a"))
    alembic_upgrade(empty_app)
    empty_postgresql.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    empty_postgresql.commit()

    with pytest.raises(Refused) as up:
        alembic_upgrade(empty_app)
    with pytest.raises(Refused) as down:
        alembic_downgrade(empty_app)

    assert str(up.value) == (
        "Nothing was done: the database is at ffffffffffff, "
        f"which this package (head {first}) does not hold. Deploy a release that holds it."
    )
    assert str(down.value) == (
        "Nothing was done: the database is at ffffffffffff, which this package does not hold. "
        "Invoke the version that holds it."
    )
    assert migration_status(empty_app)["schema"]["fit"] == "newer"
    assert tables() == ["a"]


def test_a_failed_upgrade_tells_the_revision_and_where_the_database_stands(
    empty_app: Flask, write_revisions: Any, tables: Any
) -> None:
    first, second, third = write_revisions(make("a"), make("a"), make("c"))

    with pytest.raises(MigrationFailed) as raised:
        alembic_upgrade(empty_app)

    assert str(raised.value) == (
        f"The upgrade to {third} stopped in revision {second}: "
        '42P07 DuplicateTable relation "a" already exists. '
        f"The database is at {first} (changed from no revision). Correct that revision and deploy again; "
        "nothing of it was kept unless it commits by itself."
    )
    assert tables() == ["a"]


def test_a_failed_downgrade_tells_the_revision_and_where_the_database_stands(
    empty_app: Flask, write_revisions: Any, tables: Any
) -> None:
    first, second = write_revisions(make("a"), (make("b")[0], 'op.execute("DROP TABLE nowhere")'))
    alembic_upgrade(empty_app)

    with pytest.raises(MigrationFailed) as raised:
        alembic_downgrade(empty_app)

    assert str(raised.value) == (
        f"The downgrade to {first} stopped in revision {second}: "
        '42P01 UndefinedTable table "nowhere" does not exist. '
        f"The database is at {second} (unchanged). "
        "Correct its downgrade() in a new release, or leave the schema and move traffic only."
    )
    assert tables() == ["a", "b"]


def test_what_was_in_a_row_is_in_no_line_of_the_error(empty_app: Flask, write_revisions: Any) -> None:
    insert = "op.execute(\"INSERT INTO a VALUES ('from a row'), ('from a row')\"); "
    write_revisions(make("a"), insert + "op.create_unique_constraint('uq', 'a', ['a'])")

    with pytest.raises(MigrationFailed, match='23505 UniqueViolation could not create unique index "uq"') as raised:
        alembic_upgrade(empty_app)

    printed = "".join(traceback.format_exception(raised.value))
    assert "from a row" not in printed
    assert "DETAIL" not in printed


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("raise TypeError('wrong')", "TypeError: wrong"),
        ("raise RuntimeError('two\\nlines')", "RuntimeError: two lines"),
        ("op.no_such_thing()", "AttributeError: module 'alembic.op' has no attribute 'no_such_thing'"),
    ],
)
def test_a_revision_that_is_broken_python_is_a_failed_migration(
    code: str, cause: str, empty_app: Flask, write_revisions: Any
) -> None:
    _, second = write_revisions(make("a"), code)

    with pytest.raises(MigrationFailed) as raised:
        alembic_upgrade(empty_app)

    assert str(raised.value).startswith(f"The upgrade to {second} stopped in revision {second}: {cause}. The")


def test_a_statement_that_waits_too_long_for_a_lock_gives_up(
    empty_app: Flask, write_revisions: Any, empty_postgresql: psycopg.Connection[Any]
) -> None:
    first, second = write_revisions(make("a"), 'op.execute("ALTER TABLE a ADD b int")')
    empty_postgresql.execute("CREATE TABLE a (a text)")
    empty_postgresql.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    empty_postgresql.execute("INSERT INTO alembic_version VALUES (%s)", (first,))
    empty_postgresql.commit()
    empty_postgresql.execute("SELECT * FROM a")  # A reader that does not end its transaction.

    with pytest.raises(MigrationFailed) as raised:
        alembic_upgrade(empty_app, statement_seconds=0.2)

    assert f"stopped in revision {second}: 57014 QueryCanceled" in str(raised.value)
    assert f"The database is at {first} (unchanged)" in str(raised.value)
