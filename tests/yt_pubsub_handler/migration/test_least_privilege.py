"""docs/least-privilege.md, done: its SQL is run as it stands there, with two roles that really log in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from yt_pubsub_handler import create_app, db_utils
from yt_pubsub_handler.database import db
from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade, migration_plan, migration_status
from yt_pubsub_handler.migration.connections import APPLICATION_NAME, migration_engine
from yt_pubsub_handler.migration.mutex import KEY
from yt_pubsub_handler.models import Lease, Video
from yt_pubsub_handler.settings import Settings, settings_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "least-privilege.md"


@pytest.fixture
def words(empty_postgresql: Any) -> dict[str, str]:
    """Return what the page's names are in this test; roles are the whole server's."""
    tag = secrets.token_hex(4)
    return {"yt_owner": f"owner_{tag}", "yt_app": f"app_{tag}", "yt": empty_postgresql.info.dbname}


@pytest.fixture
def blocks(words: dict[str, str]) -> list[str]:
    """Return the page's blocks of SQL, with this test's names."""
    found = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return [re.sub(r"\b(yt_owner|yt_app|yt)\b", lambda match: words[match[1]], block) for block in found]


@pytest.fixture
def two_roles(
    blocks: list[str], words: dict[str, str], empty_postgresql: Any, empty_database_url: str
) -> Iterator[Flask]:
    """Yield the app on an empty database, set up as the page says."""
    empty_postgresql.autocommit = True
    empty_postgresql.execute(blocks[0])
    url = make_url(empty_database_url)
    urls = {
        name: url.set(username=words[name], password=password).render_as_string(hide_password=False)
        for name, password in (("yt_owner", "choose one"), ("yt_app", "choose another"))
    }
    app = create_app(
        Settings(
            database_url=urls["yt_app"],
            migration_database_url=urls["yt_owner"],
            secret_key="s",
            public_url="https://app.example",
        )
    )
    yield app
    with app.app_context():
        db.engine.dispose()
    for role in (words["yt_owner"], words["yt_app"]):
        empty_postgresql.execute(f"DROP OWNED BY {role} CASCADE")
        empty_postgresql.execute(f"DROP ROLE {role}")


@pytest.fixture
def as_app(two_roles: Flask) -> Iterator[psycopg.Connection[Any]]:
    where = make_url(settings_of(two_roles).database_url).translate_connect_args(username="user", database="dbname")
    with psycopg.connect(**where, autocommit=True) as connection:
        yield connection


def test_the_app_s_role_serves_what_the_owner_has_migrated(two_roles: Flask, blocks: list[str]) -> None:
    alembic_upgrade(two_roles)

    with two_roles.app_context():
        now = datetime.now(UTC)
        video = Video(
            video_id="v" * 11, channel_id="UC" + "c" * 22, title="t", author="a", published_at=now, updated_at=now
        )
        lease = Lease(channel_id="UC" + "c" * 22, topic="t", callback_key="k" * 43, secret="s" * 32)
        db.session.add_all([video, lease])
        db.session.commit()
        video.title = "changed"
        db.session.delete(lease)
        db.session.commit()
        stored = db.session.scalars(select(Video.title)).all()
    status = two_roles.test_client().get("/status")

    assert stored == ["changed"]
    assert (status.status_code, status.get_json()["schema"]["fit"]) == (200, "current")


def test_the_engine_needs_no_more_than_the_owner(two_roles: Flask) -> None:
    alembic_upgrade(two_roles)
    plan = migration_plan(two_roles)
    down = {"digest": plan["digest"], "ceilings": plan["ceilings"], "run": {"id": 1}}

    undone = alembic_downgrade(two_roles, down)["undone"]
    db_utils.release_hold(two_roles, {"revision": undone[0]})
    db_utils.freeze(two_roles, {"reason": "a test"})
    db_utils.unfreeze(two_roles)
    db_utils.record_release(two_roles, {"commit": "c" * 40})
    applied = alembic_upgrade(two_roles)["applied"]

    assert applied == undone
    told = migration_status(two_roles)
    assert [name for name, value in told.items() if isinstance(value, dict) and "unknown" in value] == []
    assert told["drift"] == []


FORBIDDEN = {
    "dropping": "DROP TABLE videos",
    "altering": "ALTER TABLE videos ADD COLUMN x int",
    "creating": "CREATE TABLE x (y int)",
    "creating a schema": "CREATE SCHEMA x",
    "truncating": "TRUNCATE videos CASCADE",
    "indexing": "CREATE INDEX ON videos (title)",
    "reading the ledger": "SELECT FROM pipeline.runs",
    "lifting a freeze": "UPDATE pipeline.freezes SET released_at = now()",
    "raising the fence": "UPDATE pipeline.fence SET token = token + 1",
    "another revision": "UPDATE alembic_version SET version_num = 'x'",
    "becoming the owner": "SET ROLE yt_owner",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_app_s_role_is_kept_from(
    statement: str,
    two_roles: Flask,
    as_app: psycopg.Connection[Any],
    blocks: list[str],
    words: dict[str, str],
    empty_postgresql: Any,
) -> None:
    alembic_upgrade(two_roles)
    empty_postgresql.execute(blocks[1])

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(statement.replace("yt_owner", words["yt_owner"]).encode())

    assert two_roles.test_client().get("/status").status_code == 200


def test_the_app_s_role_cannot_end_a_migration(two_roles: Flask, as_app: psycopg.Connection[Any]) -> None:
    with migration_engine(settings_of(two_roles)).connect() as migrating:
        pid = migrating.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr] # psycopg's.
        seen = as_app.execute("SELECT application_name FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_app.execute("SELECT pg_terminate_backend(%s)", (pid,))

    assert seen == (APPLICATION_NAME,)


def test_the_app_s_role_can_stand_in_the_way(two_roles: Flask, as_app: psycopg.Connection[Any]) -> None:
    """The page says so: an advisory lock belongs to whoever takes it."""
    as_app.execute("SELECT pg_advisory_lock(%s)", (KEY,))

    held = migration_status(two_roles)["mutex"]

    assert held["pid"] == as_app.info.backend_pid


def test_tables_that_were_there_before_are_handed_over(
    blocks: list[str], two_roles: Flask, as_app: psycopg.Connection[Any], empty_postgresql: Any, words: dict[str, str]
) -> None:
    before = f"before_{secrets.token_hex(4)}"
    for statement in (
        f"CREATE ROLE {before}", f"GRANT USAGE, CREATE ON SCHEMA public TO {before}", f"SET ROLE {before}",
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)", "CREATE TABLE old (id int)",
        "RESET ROLE",
    ):  # fmt: skip
        empty_postgresql.execute(statement)

    empty_postgresql.execute(re.sub(r"\bbefore\b", before, blocks[2]))

    empty_postgresql.execute(f"DROP OWNED BY {before}")
    empty_postgresql.execute(f"DROP ROLE {before}")
    owners = "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    assert empty_postgresql.execute(owners).fetchall() == [
        ("alembic_version", words["yt_owner"]),
        ("old", words["yt_owner"]),
    ]
    assert as_app.execute("INSERT INTO old VALUES (1) RETURNING id").fetchone() == (1,)
