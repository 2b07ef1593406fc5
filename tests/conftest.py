"""
Every test that needs PostgreSQL gets a database of its own, cloned from one that our migrations have made.

The server is a throwaway one, unless pytest-postgresql's own options (`--postgresql-host`,
`--postgresql-port`, …) name another. It is started once, by xdist's controller, and never missing: no
PostgreSQL is a failure, not a skip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_postgresql import factories
from sqlalchemy import URL

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.postgres import start_server
from yt_pubsub_handler import MIGRATIONS, create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.settings import Settings

KEEPER = pytest.StashKey[Keeper]()
OPTIONS = ("postgresql_host", "postgresql_port", "postgresql_user", "postgresql_password")

_REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {previous!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
"""


def pytest_configure(config: pytest.Config) -> None:
    given: dict[str, str] | None = getattr(config, "workerinput", {}).get("throwaway_server")
    if given is not None:
        vars(config.option).update(given)
    elif not (hasattr(config, "workerinput") or config.option.collectonly or _names_a_server(config)):
        vars(config.option).update(_start_throwaway_server(config))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the server is that its controller has started."""
    if KEEPER in node.config.stash:
        options = vars(node.config.option)
        node.workerinput["throwaway_server"] = {name: options[name] for name in OPTIONS}


def pytest_unconfigure(config: pytest.Config) -> None:
    if keeper := config.stash.get(KEEPER, None):
        keeper.close()


def _start_throwaway_server(config: pytest.Config) -> dict[str, str]:
    """Return what pytest-postgresql calls the options that lead to the server."""
    keeper = config.stash[KEEPER] = Keeper()
    try:
        server = start_server(keeper)
    except CouldNotAnswer as error:
        keeper.close()
        pytest.exit(f"There is no PostgreSQL to test with: {error}", returncode=error.exit_code)
    where = (server.host, str(server.port), server.user, server.password)
    return dict(zip(OPTIONS, where, strict=True))


def _names_a_server(config: pytest.Config) -> bool:
    options = (config.option.postgresql_host, config.option.postgresql_port)
    return any(options) or config.getini("postgresql_port") is not None


def _url(host: str, port: int | str, user: str, dbname: str, password: str | None) -> str:
    url = URL.create("postgresql+psycopg", user, password or None, host, int(port), dbname)
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> str:
    """The database `postgres` of the server, for tests that make databases by themselves."""
    option = request.config.option
    return _url(
        option.postgresql_host, option.postgresql_port, option.postgresql_user, "postgres", option.postgresql_password
    )


def settings_for(database_url: str) -> Settings:
    return Settings.from_values(
        {"DATABASE_URL": database_url, "SECRET_KEY": "s", "PUBLIC_URL": "https://app.example"}, "the test"
    )


def _migrate_template(**where: Any) -> None:
    app = create_app(
        settings_for(_url(where["host"], where["port"], where["user"], where["dbname"], where["password"]))
    )
    alembic_upgrade(app)


_migrated = factories.postgresql_noproc(dbname="migrated", load=[_migrate_template])
_bare = factories.postgresql_noproc(dbname="bare")
postgresql = factories.postgresql("_migrated")
empty_postgresql = factories.postgresql("_bare")


def _url_of(connection: psycopg.Connection[Any]) -> str:
    info = connection.info
    return _url(info.host, info.port, info.user, info.dbname, info.password)


@pytest.fixture
def database_url(postgresql: psycopg.Connection[Any]) -> str:
    """Return the URL of a database at our head; `postgresql` is a connection to the same one."""
    return _url_of(postgresql)


@pytest.fixture
def empty_database_url(empty_postgresql: psycopg.Connection[Any]) -> str:
    """Return the URL of a database without a table; `empty_postgresql` is a connection to it."""
    return _url_of(empty_postgresql)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    yield from _app(database_url)


@pytest.fixture
def empty_app(empty_database_url: str) -> Iterator[Flask]:
    """Yield the app on a database without a table."""
    yield from _app(empty_database_url)


def _app(url: str) -> Iterator[Flask]:
    app = create_app(settings_for(url))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def samples() -> Path:
    """Return the folder with payloads as YouTube's hub sends them, with invented identifiers."""
    return Path(__file__).parent / "samples"


@pytest.fixture
def write_revisions(empty_app: Flask, tmp_path: Path) -> Callable[..., list[str]]:
    """
    Return a function that gives `empty_app` these revisions in place of ours, in one line of Python each.

    Each is an upgrade, or a pair of upgrade and downgrade. It returns their ids.
    """

    def write(*revisions: str | tuple[str, str]) -> list[str]:
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True)
        for name in ("env.py", "alembic.ini", "script.py.mako"):
            (folder / name).write_text((MIGRATIONS / name).read_text())
        ids = [f"{number:012x}" for number in range(1, len(revisions) + 1)]
        for revision, previous, code in zip(ids, [None, *ids], revisions, strict=False):
            up, down = code if isinstance(code, tuple) else (code, "pass")
            text = _REVISION.format(revision=revision, previous=previous, upgrade=up, downgrade=down)
            (folder / "versions" / f"{revision}.py").write_text(text)
        empty_app.extensions["migrate"].directory = str(folder)
        empty_app.extensions["migrate"].migrate.directory = str(folder)
        return ids

    return write
