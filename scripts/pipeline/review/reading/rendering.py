"""Turns operations and SQL expressions into PostgreSQL's SQL, by Alembic's and SQLAlchemy's own compilers, offline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import CompileError

# A colon before a name is a bind parameter that psycopg would send apart; `$1` is how the server writes those.
DIALECT = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call] # Untyped in SQLAlchemy.


class RecordingOperations(Operations):
    """Alembic's operations, which hand each MigrateOperation to `seen` and SQL to `emit` instead of a database."""

    def __init__(self, emit: Callable[[str], None], seen: Callable[[Any], None]) -> None:
        context = MigrationContext.configure(dialect=DIALECT, opts={"as_sql": True, "literal_binds": True})
        super().__init__(context)
        context.impl.static_output = emit  # type: ignore[method-assign, assignment] # What offline mode prints is what we are after.
        self._seen = seen

    def invoke(self, operation: Any) -> Any:
        self._seen(operation)
        return super().invoke(operation)


def as_sql(statement: Any) -> str:
    """
    Return the SQL of `statement`: a text, or anything SQLAlchemy compiles.

    Values are written into it where they are known and can be; else `$1` stands for one. Raises CompileError.
    """
    if isinstance(statement, str):
        statement = sa.text(statement)
    try:
        return str(statement.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    except (CompileError, NotImplementedError):
        return str(statement.compile(dialect=DIALECT))


def mock_connection(emit: Callable[[str], None]) -> Any:
    """Return something that `Table.create`, `MetaData.create_all` and `ENUM.create` take for a connection."""

    def execute(statement: Any, *_: Any, **__: Any) -> None:
        emit(as_sql(statement))

    return sa.create_mock_engine("postgresql+psycopg://", executor=execute)
