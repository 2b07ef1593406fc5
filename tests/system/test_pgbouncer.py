"""A pooler that lends sessions per transaction leaks locks and loses settings: a migration has to go past it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from pipeline.keeper import Keeper
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.db_utils import alembic_upgrade, migration_status
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.settings import Settings

pytestmark = pytest.mark.system

Pool = Callable[..., str]

_CONFIGURATION = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
default_pool_size = 1
{more}
"""


@pytest.fixture
def pool(empty_database_url: str) -> Iterator[Pool]:
    """Return a function that starts PgBouncer with more lines of configuration and returns the URL there."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.fail("PgBouncer is not installed: apt-get install pgbouncer")
    url = make_url(empty_database_url)
    with Keeper() as keeper:

        def start(*more: str) -> str:
            folder = keeper.folder("pgbouncer")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                own_port = probe.getsockname()[1]
            (folder / "users").write_text(f'"{url.username}" "{url.password}"\n')
            text = _CONFIGURATION.format(
                host=url.host, port=url.port, own_port=own_port, users=folder / "users", more="\n".join(more)
            )
            (folder / "pgbouncer.ini").write_text(text)
            account: dict[str, Any] = {}
            if os.geteuid() == 0:  # It does not run as root.
                nobody = pwd.getpwnam("nobody")
                account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
                for path in (folder, *folder.iterdir()):
                    os.chown(path, nobody.pw_uid, nobody.pw_gid)
            keeper.start([program, "--quiet", str(folder / "pgbouncer.ini")], **account)
            pooled = url.set(port=own_port).render_as_string(hide_password=False)
            until = time.monotonic() + 10
            while True:
                try:
                    psycopg.connect(pooled.replace("+psycopg", "")).close()
                except psycopg.OperationalError:
                    assert time.monotonic() < until, "PgBouncer does not answer"
                    time.sleep(0.05)
                else:
                    return pooled

        yield start


def app_for(database_url: str, **more: str) -> Any:
    values = {"DATABASE_URL": database_url, "SECRET_KEY": "s", "PUBLIC_URL": "https://app.example", **more}
    return create_app(Settings.from_values(values, "the test"))


def test_one_that_refuses_our_options_is_named(pool: Pool) -> None:
    app = app_for(pool("pool_mode = transaction"))

    with pytest.raises(Refused, match=r"\[pooler\] Nothing was done: .* a pooler, it refuses start-up options; locks"):
        alembic_upgrade(app)


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_one_that_ignores_our_options_is_named(mode: str, pool: Pool) -> None:
    app = app_for(pool(f"pool_mode = {mode}", "ignore_startup_parameters = options", "default_pool_size = 5"))

    with pytest.raises(Refused, match=r"\[pooler\] .* our start-up options are not in force; locks would leak"):
        alembic_upgrade(app)


def test_one_that_gives_two_of_us_the_same_session_is_named(pool: Pool, empty_postgresql: Any) -> None:
    """Time-outs that are the role's own look as if our options had come through."""
    database = empty_postgresql.info.dbname
    empty_postgresql.execute(f'ALTER DATABASE "{database}" SET idle_session_timeout = 10000')
    empty_postgresql.commit()
    app = app_for(pool("pool_mode = transaction", "ignore_startup_parameters = options"))

    with pytest.raises(Refused, match=r"\[pooler\] .* two sessions are one there; locks would leak\. Give MIGRATION_"):
        alembic_upgrade(app)


def test_past_it_a_migration_runs_while_the_app_goes_through_it(pool: Pool, empty_database_url: str) -> None:
    app = app_for(pool("pool_mode = transaction"), MIGRATION_DATABASE_URL=empty_database_url)

    applied = alembic_upgrade(app)["applied"]

    assert migration_status(app)["schema"]["revision"] == applied[-1]
    assert app.test_client().get("/status").status_code == 200
    with app.app_context():
        db.engine.dispose()
