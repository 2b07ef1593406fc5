"""Whoever is woken by a failed migration reads one line: what happened, how it stands, what to do."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import psycopg
import pytest
from flask import Flask

from yt_pubsub_handler import create_app
from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused
from yt_pubsub_handler.settings import Settings

MAKE_A = 'op.execute("CREATE TABLE a (a text)")'
MAKE_B = 'op.execute("CREATE TABLE b (a text)")'
TABLES = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1
"""


def tables(postgresql: psycopg.Connection[Any]) -> list[str]:
    return [name for (name,) in postgresql.execute(TABLES.encode())]


def test_each_revision_is_logged_when_it_is_done(
    empty_app: Flask, write_revisions: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a function that was cut off nothing else is left to read."""
    caplog.set_level(logging.INFO)
    ids = write_revisions(MAKE_A, MAKE_B)

    alembic_upgrade(empty_app)

    ours = [record.message for record in caplog.records if record.name.startswith("yt_pubsub_handler")]
    assert ours == [f"upgrade: revision {revision} is applied" for revision in ids]


@pytest.mark.parametrize(
    "target", ["f" * 12, "base", "head", "-2", "+1", "", "0", "000000000001; DROP", None, 1, ["-1"]]
)
def test_a_target_that_is_no_earlier_revision_undoes_nothing(
    target: Any, empty_app: Flask, write_revisions: Any, empty_postgresql: psycopg.Connection[Any]
) -> None:
    write_revisions(MAKE_A, (MAKE_B, 'op.execute("CREATE TABLE undone ()")'))
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match=r"^\[(target|base)\] Nothing was done: "):
        alembic_downgrade(empty_app, {"target": target})

    assert tables(empty_postgresql) == ["a", "b"]


def test_a_later_revision_is_no_way_back(empty_app: Flask, write_revisions: Any) -> None:
    first, second = write_revisions("pass", "pass")
    alembic_upgrade(empty_app)
    alembic_downgrade(empty_app)

    with pytest.raises(Refused) as raised:
        alembic_downgrade(empty_app, {"target": second})

    assert str(raised.value) == (
        f"[target] Nothing was done: {second} is not a revision before {first}, where the database is. "
        "The revisions before it are: none."
    )


def test_a_failed_downgrade_tells_the_revision_and_where_the_database_stands(
    empty_app: Flask, write_revisions: Any, empty_postgresql: psycopg.Connection[Any]
) -> None:
    _, second = write_revisions(MAKE_A, (MAKE_B, 'op.execute("CREATE TABLE half ()"); op.drop_index("nowhere")'))
    alembic_upgrade(empty_app)

    with pytest.raises(MigrationFailed) as raised:
        alembic_downgrade(empty_app)

    assert str(raised.value) == (
        f"[revision-failed] The downgrade stopped in revision {second}: "
        '42704 UndefinedObject index "nowhere" does not exist. '
        f"The database is at {second} (unchanged; it was at {second}). "
        "Correct its downgrade() in a new release, or leave the schema and move traffic only."
    )
    assert tables(empty_postgresql) == ["a", "b"]


def test_what_was_in_a_row_is_in_no_line_of_the_error(empty_app: Flask, write_revisions: Any) -> None:
    insert = "op.execute(\"INSERT INTO a VALUES ('from a row'), ('from a row')\"); "
    write_revisions(MAKE_A, insert + "op.create_unique_constraint('uq', 'a', ['a'])")

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
    _, second = write_revisions(MAKE_A, code)

    with pytest.raises(MigrationFailed) as raised:
        alembic_upgrade(empty_app)

    assert str(raised.value).startswith(f"[revision-failed] The upgrade stopped in revision {second}: {cause}. The ")


def test_a_database_that_is_away_is_told_in_one_line() -> None:
    app = create_app(Settings("postgresql+psycopg://u:hidden@127.0.0.1:1/none", "s", "https://app.example"))

    with pytest.raises(Refused) as raised:
        alembic_upgrade(app)

    line = str(raised.value)
    assert line.startswith("[unreachable] Nothing was done: the database does not answer (no connection (connection")
    assert line.endswith("See that it is up and reachable, then try again.")
    assert "hidden" not in line
    assert "\n" not in line
