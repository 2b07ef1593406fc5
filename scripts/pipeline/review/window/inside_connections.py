"""
Connections as the project makes them: its own engine, driver and options, blocking or asynchronous.

Whether a prepared statement survives a change of a type depends on the driver and on what the project told it, so an
engine of ours would answer another question. Runs in the reviewed project's Python.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from pipeline.review.window.inside_models import Found, Unusable

Work = Callable[[Any], Any]


class Connections:
    """Connections that stay open, and fresh ones; work gets the same blocking Connection in any case."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._loop = asyncio.new_event_loop() if engine.dialect.is_async else None
        self._kept: list[Any] = []

    def keep(self, count: int) -> None:
        """Open the connections that stay open: each from a pool of its own, as the project's may hold fewer."""
        for _ in range(count):
            self._kept.append(self._opened())
            self._dispose()

    def on_kept(self, number: int, work: Work) -> Any:
        """Do `work` on one of them; it is made anew when the server has closed it."""
        if self._kept[number].invalidated:
            self._kept[number] = self._opened()
        return self._run(self._kept[number], work)

    def on_fresh(self, work: Work) -> Any:
        """Do `work` on a connection that was never used before."""
        self._dispose()
        connection = self._opened()
        try:
            return self._run(connection, work)
        finally:
            self._closed(connection)

    def close(self) -> None:
        """Close what is open; nobody else can copy the database before."""
        while self._kept:
            self._closed(self._kept.pop())
        self._dispose()

    def _opened(self) -> Any:
        # An engine in autocommit would leave behind whatever is tried.
        if self._loop is None:
            return self._engine.connect().execution_options(isolation_level="READ COMMITTED")
        from sqlalchemy.ext.asyncio import AsyncEngine  # noqa: PLC0415 - it needs greenlet, which others lack.

        opening = AsyncEngine(self._engine).connect()
        connection = self._loop.run_until_complete(opening.start())
        return self._loop.run_until_complete(connection.execution_options(isolation_level="READ COMMITTED"))

    def _run(self, connection: Any, work: Work) -> Any:
        if self._loop is None:
            return work(connection)
        return self._loop.run_until_complete(connection.run_sync(work))

    def _closed(self, connection: Any) -> None:
        # Not returned to its pool, which `dispose` may have put aside since: nobody would close it there.
        if self._loop is None:
            connection.invalidate()
            connection.close()
        else:
            self._loop.run_until_complete(connection.invalidate())
            self._loop.run_until_complete(connection.close())

    def _dispose(self) -> None:
        if self._loop is None:
            self._engine.dispose()
            return
        from sqlalchemy.ext.asyncio import AsyncEngine  # noqa: PLC0415 - as above.

        self._loop.run_until_complete(AsyncEngine(self._engine).dispose())


def connections(found: Found, url: str) -> Connections:
    """Return connections to the database at `url`, by the project's engine where it has one for it."""
    engine = _own_engine(found, url)
    if engine is None:
        given = make_url(url)
        driver = given.drivername if found.engine is None else found.engine.url.drivername
        engine = create_engine(given.set(drivername=driver), **_options(driver))
    if engine.dialect.is_async:
        engine.dispose(close=False)  # What env.py left in the pool belongs to an event loop that has ended.
    made = Connections(engine)
    _insist_on_database(made, url)
    return made


def _own_engine(found: Found, url: str) -> Any:
    """Flask-SQLAlchemy's engine, else one that an imported module of the project keeps, else env.py's."""
    candidates = [*_of_app(found.app), *_in_modules(), *([found.engine] if found.engine is not None else [])]
    wanted = make_url(url)
    return next((engine for engine in candidates if _leads_to(engine.url, wanted)), None)


def _leads_to(one: Any, wanted: Any) -> bool:
    return (one.get_backend_name(), one.host, one.port, one.database) == (
        "postgresql", wanted.host, wanted.port, wanted.database,
    )  # fmt: skip


def _of_app(app: Any) -> list[Any]:
    extension = app.extensions.get("sqlalchemy") if app is not None else None
    if extension is None:
        return []
    database = getattr(extension, "db", extension)  # Flask-SQLAlchemy 2 keeps a state object there.
    return [database.engine]


def _in_modules() -> list[Any]:
    found = []
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] in {"sqlalchemy", "alembic", "flask_sqlalchemy"} or module is None:
            continue
        for value in list(getattr(module, "__dict__", {}).values()):
            engine = value if isinstance(value, Engine) else _sync_engine(value)
            if engine is not None and engine not in found:
                found.append(engine)
    return found


def _sync_engine(value: Any) -> Any:
    """The blocking engine inside an AsyncEngine; a foreign object may answer to any name, so it is asked by type."""
    if type(value).__name__ != "AsyncEngine" or not type(value).__module__.startswith("sqlalchemy."):
        return None
    return value.sync_engine


def _options(driver: str) -> dict[str, Any]:
    if not driver.endswith(("+asyncpg", "_async")):
        return {}
    from sqlalchemy.pool import AsyncAdaptedQueuePool  # noqa: PLC0415 - it is there where greenlet is.

    return {"poolclass": AsyncAdaptedQueuePool}


def _insist_on_database(made: Connections, url: str) -> None:
    """A project may take its URL from elsewhere: rows are changed here, so nothing is done anywhere else."""
    wanted = make_url(url).database
    got = made.on_fresh(lambda connection: connection.execute(text("SELECT current_database()")).scalar())
    if got != wanted:
        made.close()
        raise Unusable(
            f"it connects to the database {got!r} and not to the one it was given: let it read DATABASE_URL."
        )
