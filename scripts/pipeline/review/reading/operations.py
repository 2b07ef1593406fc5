"""
What stands for `op`, for a `batch_op` and for `op.get_context()` while a revision is interpreted.

Each call is recorded by Alembic's own parameter names and handed to Alembic's own operation, so the SQL is Alembic's.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as sa
from alembic.operations import BatchOperations, Operations
from sqlalchemy.sql.elements import conv

from pipeline.review.reading import reflected
from pipeline.review.reading.connections import Connection, run_sql
from pipeline.review.reading.recorder import Recorder
from pipeline.review.reading.rendering import DIALECT, RecordingOperations
from pipeline.review.reading.unknown import Unknown, UnreadType, any_unknown, as_text, is_anywhere_unread

# How older Alembics (before 0.8) called parameters; revisions of these years are still in every history.
_NEW_NAMES = {
    "tablename": ("table_name",), "source": ("source_table",), "referent": ("referent_table",), "type": ("type_",),
    "name": ("constraint_name", "index_name", "new_column_name", "column_name"), "cols": ("columns",),
}  # fmt: skip
_TYPES = {"type_", "existing_type"}
_LISTS = {"columns", "local_cols", "remote_cols"}
# Arguments that say nothing about what the statement does when they are not known.
_OPTIONAL = {
    "existing_nullable",
    "existing_server_default",
    "existing_comment",
    "existing_autoincrement",
    "nullable",
    "comment",
}


class Op:
    """`alembic.op`, whatever name the file gives it."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.connection = Connection(recorder, is_the_migrations=True)
        self._real = RecordingOperations(recorder.sql, recorder.operation)

    def method(self, name: str) -> Callable[..., Any] | None:
        """Return what `op.name` is, or None when Alembic has no such operation."""
        special: dict[str, Callable[..., Any]] = {
            "get_bind": lambda _node: self.connection,
            "get_context": lambda _node: MigrationContext(self),
            "batch_alter_table": self._batch,
            "execute": self._execute,
            "f": lambda _node, text=None, **_: text if isinstance(text, Unknown) else conv(str(text)),
            "invoke": self._invoke,
            "inline_literal": lambda _node, value=None, *_, **__: sa.literal_column(repr(as_text(value))),
        }
        if name in special:
            return special[name]
        if name.startswith("_") or not callable(getattr(Operations, name, None)):
            return None
        return lambda node, *arguments, **keywords: self.run(name, node, arguments, keywords)

    def run(self, name: str, node: ast.Call, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Record the call and its SQL; returns what the real operation returns (a Table, for create_table)."""
        function = getattr(Operations, name)
        words = _for_signature(function, keywords)
        if name == "bulk_insert":
            reflected.grow(*arguments, **words)
        with self.recorder.calling(name, _bound(function, arguments, words), node):
            return self._attempt(
                name,
                arguments,
                words,
                lambda: getattr(self._real, name)(*_placed(function, arguments), **_filled(words)),
            )

    def run_batch(
        self, name: str, node: ast.Call, table: dict[str, Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        """The same for `batch_op.name`, which knows its table already."""
        function = getattr(BatchOperations, name)
        words = _for_signature(function, keywords)

        def emit() -> Any:
            where = as_text(table)
            with self._real.batch_alter_table(where["table_name"], schema=where["schema"]) as real:
                self._watch(real)
                return getattr(real, name)(*_placed(function, arguments), **_filled(words))

        with self.recorder.calling(name, _bound(function, arguments, words) | table, node, batch=True):
            return self._attempt(name, arguments, words, emit)

    def _watch(self, real: Any) -> None:
        """Keep Alembic's object for what a batch does, too."""
        invoke = real.invoke

        def seen(operation: Any) -> Any:
            self.recorder.operation(operation)
            return invoke(operation)

        real.invoke = seen

    def _attempt(self, name: str, arguments: tuple[Any, ...], words: dict[str, Any], emit: Callable[[], Any]) -> Any:
        self._say_what_is_unknown(name, arguments, words)
        try:
            return emit()
        except Exception as error:  # noqa: BLE001 - Alembic and SQLAlchemy raise many kinds; what they refuse is told.
            words_ = f"{type(error).__name__}: {_first_line(error)}"
            self.recorder.not_followed(f"Alembic does not take this {name}: {words_}")
            return Unknown(f"op.{name}")

    def _say_what_is_unknown(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        unknown = [one for one in arguments if any_unknown([one])]
        unknown += [one for key, one in keywords.items() if any_unknown([one]) and key not in _OPTIONAL]
        for one in unknown:
            source = one.source if isinstance(one, Unknown) else "part of a list"
            self.recorder.not_followed(f"{source} in {name} is not known before it runs")

    def _execute(self, node: ast.Call, *arguments: Any, **keywords: Any) -> None:
        bound = _bound(Operations.execute, arguments, keywords)
        with self.recorder.calling("execute", bound, node):
            run_sql(self.recorder, bound.get("sqltext"))

    def _invoke(self, node: ast.Call, *arguments: Any, **_: Any) -> Any:
        given = arguments[0] if arguments else Unknown("what is invoked")
        with self.recorder.calling("invoke", {"operation": given}, node):
            return self._attempt("invoke", arguments, {}, lambda: self._real.invoke(given))

    def _batch(self, node: ast.Call, *arguments: Any, **keywords: Any) -> Any:
        bound = _bound(Operations.batch_alter_table, arguments, keywords)
        table = {"table_name": bound.get("table_name", Unknown("table_name")), "schema": bound.get("schema")}
        if bound.get("recreate") == "always":
            self.recorder.not_followed(
                "recreate='always' copies the whole table: what it does depends on the database", node
            )
        return Batch(self, table)


class Batch:
    """What `with op.batch_alter_table(…) as batch_op` gives."""

    def __init__(self, op: Op, table: dict[str, Any]) -> None:
        self._op = op
        self._table = table

    def method(self, name: str) -> Callable[..., Any] | None:
        """Return what `batch_op.name` is, or None when Alembic has no such operation."""
        if name in {"f", "get_bind", "get_context", "execute", "inline_literal", "invoke"}:
            return self._op.method(name)
        if name.startswith("_") or not callable(getattr(BatchOperations, name, None)):
            return None
        return lambda node, *arguments, **keywords: self._op.run_batch(name, node, self._table, arguments, keywords)


class MigrationContext:
    """What `op.get_context()` gives: a dialect, and autocommit blocks."""

    def __init__(self, op: Op) -> None:
        self.dialect = DIALECT
        self.as_sql = False
        self.version_table_schema = None  # Nobody sets it who has one schema; what is set, only env.py would tell.
        self.bind = op.connection
        self.connection = op.connection
        self._recorder = op.recorder

    @contextmanager
    def autocommit_block(self) -> Iterator[None]:
        self._recorder.begin_autocommit()
        try:
            yield
        finally:
            self._recorder.end_autocommit()

    @contextmanager
    def begin_transaction(self, *_: Any, **__: Any) -> Iterator[None]:
        yield


class AlembicContext:
    """`alembic.context`: a revision runs online, on PostgreSQL."""

    def __init__(self, op: Op) -> None:
        self._op = op

    def is_offline_mode(self) -> bool:
        return False

    def get_bind(self) -> Connection:
        return self._op.connection

    def get_context(self) -> MigrationContext:
        return MigrationContext(self._op)

    get_migration_context = get_context


@cache
def _parameters(function: Any) -> tuple[inspect.Parameter, ...]:
    return tuple(one for one in inspect.signature(function).parameters.values() if one.name != "self")


def _bound(function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments by parameter name; what fits no parameter stays under the name it was given."""
    parameters = _parameters(function)
    plain = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    bound = dict(zip(plain, arguments, strict=False)) | keywords
    for one in parameters:
        if one.kind is one.VAR_POSITIONAL:
            bound[one.name] = tuple(arguments[len(plain) :])
    return bound


def _for_signature(function: Any, keywords: dict[str, Any]) -> dict[str, Any]:
    """Give keywords of older Alembics the names that `function` has for them now."""
    parameters = {one.name for one in _parameters(function)}
    renamed = {}
    for key, value in keywords.items():
        names = [key, *_NEW_NAMES.get(key, ())]
        renamed[next((name for name in names if name in parameters), key)] = value
    return renamed


def _placed(function: Any, arguments: tuple[Any, ...]) -> list[Any]:
    """The same for what is given by its place."""
    names = [one.name for one in _parameters(function)]
    names += [""] * (len(arguments) - len(names))
    return [_value(name, value) for name, value in zip(names, arguments, strict=False)]


def _filled(keywords: dict[str, Any]) -> dict[str, Any]:
    """What Alembic can be given: placeholders for names, a placeholder type for types, nothing for what is optional."""
    filled: dict[str, Any] = {}
    for key, value in keywords.items():
        if isinstance(value, Unknown) and key in _OPTIONAL:
            continue
        filled[key] = _value(key, value)
    return filled


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Unknown) and name in _TYPES:
        return UnreadType(value.source)
    if isinstance(value, Unknown) and name.endswith("default"):
        return sa.text(value.placeholder)
    if isinstance(value, Unknown) and name in _LISTS:
        return [value.of_all]
    if isinstance(value, str) and name in _LISTS and is_anywhere_unread(value):
        return [value]  # The letters of a name that is ours mean nothing.
    return as_text(value)


def _first_line(error: Exception) -> str:
    line = (str(error).strip().splitlines() or [""])[0]
    return re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>", "…", line)[:200]
