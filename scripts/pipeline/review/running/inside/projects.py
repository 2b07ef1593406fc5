"""How Alembic's commands are given in a project: with its ini and its script directory, or in its Flask app."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_DRIVERS = {"psycopg2": "psycopg2", "psycopg": "psycopg", "pg8000": "pg8000"}
_ASYNC_DRIVERS = {"asyncpg": "asyncpg", "psycopg": "psycopg"}


class Commands:
    """Gives the commands; `config` is Alembic's."""

    def __init__(self, job: dict[str, Any], config: Any) -> None:
        self.root: str = job["root"]
        self._job = job
        self._config = config

    def run(self, verb: str, target: str, url: str) -> None:
        self._give(verb, url, target)

    def show(self, url: str) -> None:
        """Run env.py as for `alembic current`, which changes nothing."""
        self._give("current", url)

    def _give(self, verb: str, url: str, *words: str) -> None:
        from alembic import command  # noqa: PLC0415 - the project's own, once its folder is on the path.

        with self._connected(url):
            getattr(command, verb)(self._config, *words)

    @contextlib.contextmanager
    def _connected(self, url: str) -> Iterator[None]:
        """Tell env.py the URL, or hand it the connection that it asks for: Alembic's cookbook has both."""
        if self._job["flask"]:
            yield
            return
        database = lead_to(self._job, url)
        self._config.set_main_option("sqlalchemy.url", database.replace("%", "%%"))
        self._config.cmd_opts = Namespace(x=[f"{name}={database}" for name in self._job["x"]] or None)
        if not self._job["shares_connection"]:
            yield
            return
        from sqlalchemy import create_engine, pool  # noqa: PLC0415 - the project's own.

        with create_engine(database, poolclass=pool.NullPool).begin() as connection:
            self._config.attributes["connection"] = connection
            yield


def follow(imports: list[str]) -> None:
    """Import from where the project's modules are, and from where ours is no more: it may have a package called so."""
    del sys.path[0]
    if sys.path[:1] == [""]:
        del sys.path[0]
    if imports[0] not in sys.path:
        sys.path.insert(0, imports[0])
    sys.path.extend(imports[1:])
    for name in [name for name in sys.modules if name.partition(".")[0] == "pipeline"]:
        del sys.modules[name]


def start(job: dict[str, Any]) -> Commands:
    """Import what has to be imported once. Raises whatever the project raises."""
    lead_to(job, job["url"])
    return Commands(job, _flask_config(job) if job["flask"] else _config(job))


def lead_to(job: dict[str, Any], url: str) -> str:
    """Set the variables in which projects look for the database, and return its URL."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - the project's own.

    database = _with_driver(job, url)
    made = make_url(database)
    for name, part in job["variables"].items():
        value = database if part == "url" else getattr(made, part)
        if value is not None:
            os.environ[name] = str(value)
    return database


def _config(job: dict[str, Any]) -> Any:
    from alembic.config import Config  # noqa: PLC0415 - the project's own.

    config = Config(job["ini"]) if job["ini"] else Config()
    config.set_main_option("script_location", job["directory"].replace("%", "%%"))
    if len(job["imports"]) > 1 and config.get_main_option("prepend_sys_path"):
        # Meant for the folder in which a developer types `alembic`; here "." would be a package, with its modules.
        config.set_main_option("prepend_sys_path", job["imports"][0].replace("%", "%%"))
    return config


def _flask_config(job: dict[str, Any]) -> Any:
    from flask.cli import ScriptInfo  # noqa: PLC0415 - the project's own.

    app = ScriptInfo(app_import_path=job["flask"]).load_app()
    app.app_context().push()
    return app.extensions["migrate"].migrate.get_config(job["directory"])


def _with_driver(job: dict[str, Any], url: str) -> str:
    """
    A URL that names no driver gets the project's: the one in its ini, else one that is installed and fits its env.py.

    It stays as it is where SQLAlchemy's own choice is installed (that differs from version to version): so providers
    hand it out, and a project that wants another driver makes of it what it needs.
    """
    backend, separator, rest = url.partition("://")
    if "+" in backend or not separator:
        return url
    env = Path(job["directory"], "env.py")
    text = env.read_text(encoding="utf-8", errors="replace") if env.is_file() else ""
    ini = Path(job["ini"]).read_text(encoding="utf-8", errors="replace") if job["ini"] else ""
    named = re.search(r"^\s*sqlalchemy\.url\s*=\s*postgres\w*\+(\w+)://", ini, re.MULTILINE)
    is_async = "sqlalchemy.ext.asyncio" in text
    if not named and not is_async and _default_driver_is_installed(url):
        return url
    candidates = _ASYNC_DRIVERS if is_async else _DRIVERS
    installed = [driver for driver, module in candidates.items() if importlib.util.find_spec(module)]
    driver = named.group(1) if named else next(iter(installed), None)
    return f"postgresql+{driver}://{rest}" if driver else url


def _default_driver_is_installed(url: str) -> bool:
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - the project's own.

    dialect: Any = make_url(url).get_dialect()
    load = getattr(dialect, "import_dbapi", None) or dialect.dbapi  # SQLAlchemy 1.4 calls it so.
    try:
        load()
    except ImportError:
        return False
    return True
