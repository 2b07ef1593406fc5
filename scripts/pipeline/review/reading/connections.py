"""What stands for the migration's connection, and for an ORM session on it, while a revision is interpreted."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from pipeline.review.reading.recorder import Recorder
from pipeline.review.reading.rendering import DIALECT, as_sql
from pipeline.review.reading.unknown import Unknown, as_text

_SENDING = {"execute", "scalar", "scalars", "exec_driver_sql", "exec", "stream", "stream_scalars", "executemany"}
_SAME = {
    "connect",
    "get_bind",
    "connection",
    "cursor",
    "raw_connection",
    "__enter__",
}
_BEGINNING = {"connect", "begin", "begin_nested"}
"""What they return has a commit of its own."""
SAME_WITHOUT_CALL = {"bind", "connection", "dbapi_connection", "driver_connection", "engine"}
"""Attributes that lead to the same database, also where they are called (`session.connection()`)."""
_COPYING = {"copy", "copy_expert", "copy_from", "callproc"}
_QUIET = {
    "close",
    "commit",
    "rollback",
    "flush",
    "expire_all",
    "expunge_all",
    "in_transaction",
    "invalidate",
    "refresh",
}


def run_sql(recorder: Recorder, statement: Any) -> None:
    """Record the SQL of what is sent; what is not known is said."""
    if isinstance(statement, Unknown):
        recorder.not_followed(f"{statement.source} is sent to the database: its SQL is not known before it runs")
        return
    try:
        recorder.sql(as_sql(as_text(statement)))
    except (SQLAlchemyError, AttributeError, TypeError, NotImplementedError) as error:
        words = (str(error).splitlines() or [""])[0][:200]
        recorder.not_followed(f"SQLAlchemy does not make SQL of what is sent: {type(error).__name__}: {words}")


class Connection:
    """A connection, an engine or a transaction of the migration: what is sent on it is recorded."""

    def __init__(self, recorder: Recorder, *, is_the_migrations: bool = False) -> None:
        self.recorder = recorder
        self.is_the_migrations = is_the_migrations
        """Whether its `commit` ends Alembic's own transaction; that of a savepoint or a session does not."""
        self.dialect = DIALECT
        self.name = DIALECT.name
        self._autocommit = False
        """True for what `execution_options(isolation_level="AUTOCOMMIT")` gives: it sends outside of a transaction."""

    def method(self, name: str) -> Callable[..., Any] | None:
        """Return what `connection.name` is, or None when reading does not know it."""
        if name in _SENDING:
            return self._send
        if name == "commit" and self.is_the_migrations and not self.recorder.autocommit:
            return self._commit
        if name in _BEGINNING:
            return lambda _node, *_, **__: Connection(self.recorder)
        if name == "execution_options":
            return self._with_options
        if name in {"set_isolation_level", "set_session"}:
            return self._set_session
        if name in _SAME:
            return lambda _node, *_, **__: self
        if name in _QUIET:
            return lambda _node, *_, **__: None
        if name in _COPYING:
            return lambda node, *_, **__: self._copies(name, node)
        return None

    def _send(self, node: ast.Call, *arguments: Any, **keywords: Any) -> Unknown:
        statement = arguments[0] if arguments else keywords.get("statement", Unknown("the statement"))
        alone = self._autocommit and not self.recorder.autocommit
        if alone:
            self.recorder.begin_autocommit()
        with self.recorder.calling("execute", {"sqltext": statement}, node):
            run_sql(self.recorder, statement)
        if alone:
            self.recorder.end_autocommit()
        return Unknown("what the database answers")

    def _commit(self, node: ast.Call, *_: Any, **__: Any) -> None:
        with self.recorder.calling("execute", {"sqltext": "COMMIT"}, node):
            self.recorder.sql("COMMIT")

    def _with_options(self, _node: ast.Call, *_: Any, isolation_level: Any = None, **__: Any) -> Connection:
        if isolation_level is None:
            return self
        made = Connection(self.recorder, is_the_migrations=self.is_the_migrations)
        made._autocommit = _says_autocommit(isolation_level)
        return made

    def _set_session(self, _node: ast.Call, *arguments: Any, autocommit: Any = None, **_: Any) -> None:
        self.set_autocommit(autocommit if autocommit is not None else (*arguments, None)[0])

    def set_autocommit(self, value: Any) -> None:
        """`driver_connection.autocommit = True` holds until it is taken back; psycopg2's level 0 means the same."""
        wanted = value is True or (value == 0 and value is not False) or _says_autocommit(value)
        if wanted and not self.recorder.autocommit:
            self.recorder.begin_autocommit()
        elif not wanted and self.recorder.autocommit:
            self.recorder.end_autocommit()

    def _copies(self, name: str, node: ast.Call) -> Unknown:
        self.recorder.not_followed(f"{name}(…) goes to the driver itself: what it does is not read", node)
        return Unknown(f"{name}(…)")


def _says_autocommit(value: Any) -> bool:
    return str(value.source if isinstance(value, Unknown) else value).upper().endswith("AUTOCOMMIT")


class Session(Connection):
    """An ORM session on the migration's connection. Its queries are made from classes that are not read."""

    def method(self, name: str) -> Callable[..., Any] | None:
        known = super().method(name)
        if known is not None:
            return known
        return lambda node, *_, **__: self._orm(name, node)

    def _orm(self, name: str, node: ast.Call) -> Unknown:
        self.recorder.not_followed(
            f"session.{name}(…) works through the ORM: its SQL is not known before it runs", node
        )
        return Unknown(f"session.{name}(…)")
