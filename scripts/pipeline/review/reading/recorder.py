"""Collects what a direction does while it is interpreted, and what of it could not be followed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import postgast

from pipeline.review.finding import NotAnalysed
from pipeline.review.reading.naming import words_of
from pipeline.review.reading.plpgsql import ENDS, Inner, Unread, called, inside
from pipeline.review.reading.script import Call, Script
from pipeline.review.reading.statement import Statement, parse
from pipeline.review.reading.unknown import PREFIX, TYPE_PREFIX, unread_in

_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|SELECT)\b", re.IGNORECASE)
_VALUE = re.compile(rf"'{PREFIX}\w+'")
"""A value of a row that is not known changes nothing about what the statement does to its table."""


class Recorder:
    """Fills a Script. `line` is kept by the interpreter: the statement of the file that is being read."""

    def __init__(self, script: Script, text: str, postgresql_version: int) -> None:
        self.script = script
        self._lines = text.encode().splitlines(keepends=True)
        self.version = postgresql_version
        self.node: ast.AST | None = None
        self.undecided = 0
        """How many undecidable branches we are in."""
        self.transaction = 0
        self.autocommit = False
        self.new_tables: set[str] = set()
        self._types_of_tables: set[str] = set()
        """The enums that create_table has made: within one run Alembic remembers these, and no others."""
        self._call: Call | None = None
        self._functions: dict[str, tuple[str, Any]] = {}
        """CREATE FUNCTIONs of this direction, by name: what they do is done where they are called."""
        self._running: list[str] = []

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", self.script.line)

    def not_followed(self, why: str, node: ast.AST | None = None) -> None:
        """Say that something was not followed, once per line and reason."""
        found = NotAnalysed(self.script.file, getattr(node, "lineno", self.line), why)
        if found not in self.script.not_analysed:
            self.script.not_analysed.append(found)

    def _is_said(self, beginning: str) -> bool:
        return any(one.line == self.line and one.why.startswith(beginning) for one in self.script.not_analysed)

    @contextmanager
    def calling(self, name: str, arguments: dict[str, Any], node: ast.Call, *, batch: bool = False) -> Iterator[None]:
        """Record a call; the statements that are recorded meanwhile are its own."""
        call = Call(
            name=name, arguments=arguments, node=node, line=node.lineno,
            text=self._source(node), transaction=self.transaction,
            autocommit=self.autocommit, batch=batch, conditional=self.undecided > 0,
        )  # fmt: skip
        position = len(self.script.calls)
        self.script.calls.append(call)
        before, self._call = self._call, call
        try:
            yield
        finally:
            self.script.calls[position] = self._call
            self._call = before

    def _source(self, node: ast.Call) -> str:
        """The call as it is written; `ast.get_source_segment` would split the whole file for each."""
        last = node.end_lineno or node.lineno
        lines = self._lines[node.lineno - 1 : last]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"".join(lines).decode(errors="replace")

    def operation(self, operation: Any) -> None:
        """Keep Alembic's own object for the call that is being recorded."""
        if self._call is not None and self._call.operation is None:
            self._call = replace(self._call, operation=operation)

    def sql(self, text: str) -> None:
        """Record the statements in `text`, which the line that is being read sends."""
        text = without_driver_placeholders(text.strip())
        if not text.strip("; \n"):
            return
        for name in unread_in(_VALUE.sub("", text) if _ROWS.match(text) else text):
            if name.startswith(TYPE_PREFIX) and " ALTER COLUMN " not in text:
                continue  # A new column of a type that is not known is a new column.
            source = self.script.spellings.get(name, name)
            if self._is_said(f"{source} in "):
                continue
            self.not_followed(f"'{source}' is not known before it runs: its SQL is read with a name in its place")
        try:
            parsed = list(parse(text))
        except postgast.PgQueryError as error:
            self.not_followed(f"PostgreSQL's grammar does not read this SQL ({error}): {_short(text)}")
            return
        for sql, node, kind in parsed:
            self._statement(sql, node, kind)

    def begin_autocommit(self) -> None:
        self.transaction += 1
        self.autocommit = True

    def end_autocommit(self) -> None:
        self.transaction += 1
        self.autocommit = False

    def _statement(self, sql: str, node: Any, kind: str) -> None:
        call = self._call
        if kind == "CreateEnumStmt" and call and call.name == "create_table":
            name = ".".join(one.string.sval for one in node.type_name)
            if name in self._types_of_tables:
                return
            self._types_of_tables.add(name)
        self.script.statements.append(
            Statement(
                sql=sql, node=node, kind=kind, file=self.script.file, line=call.line if call else self.line,
                revision=self.script.revision, direction=self.script.direction, transaction=self.transaction,
                autocommit=self.autocommit, new_tables=frozenset(self.new_tables), call=call,
                postgresql_version=self.version,
            )
        )  # fmt: skip
        if kind in {"CreateStmt", "CreateTableAsStmt"}:
            relation = node.relation if kind == "CreateStmt" else node.into.rel
            self.new_tables.add(
                f"{relation.schemaname}.{relation.relname}" if relation.schemaname else relation.relname
            )
        if kind == "CreateFunctionStmt":
            self._functions[words_of(node.funcname).rpartition(".")[2]] = sql, node
        self._bodies(sql, node, kind)
        if kind == "TransactionStmt" or self.autocommit:
            self.transaction += 1

    def _bodies(self, sql: str, node: Any, kind: str) -> None:
        """Record what a DO block does, and a function of this direction where it is called."""
        if kind == "DoStmt":
            self._body(sql, node)
        elif kind in {"SelectStmt", "CallStmt"} and self._functions:
            for name in called(node):
                if name in self._functions and name not in self._running:
                    self._running.append(name)
                    self._body(*self._functions[name])
                    self._running.pop()

    def _body(self, sql: str, node: Any) -> None:
        """Record the statements of a body. Sent in an autocommit block, it is one transaction all the same."""
        call, autocommit = self._call, self.autocommit
        for one in inside(sql, node):
            if isinstance(one, Unread):
                self.not_followed(one.why)
            elif one.sql in ENDS.values() and autocommit:
                self.transaction += 1
            else:
                self._call, self.autocommit = self._inner_call(one, call), False
                self.sql(one.sql)
                self._call, self.autocommit = call, autocommit

    def _inner_call(self, one: Inner, outer: Call | None) -> Call:
        """What `op.execute` of that one statement would be: rules write their remedies with it."""
        node = ast.parse(f"op.execute({one.sql!r})", mode="eval").body
        return Call(
            name="execute", arguments={"sqltext": one.sql}, node=cast(ast.Call, node),
            line=outer.line if outer else self.line, text=f"op.execute({one.sql!r})", transaction=self.transaction,
            autocommit=False, conditional=one.maybe or self.undecided > 0, in_file=False,
        )  # fmt: skip


def without_driver_placeholders(sql: str) -> str:
    """`%s` and `%(name)s` are the driver's, no SQL; a NULL stands where they stand."""
    return re.sub(r"(?<!%)%(\(\w+\))?s", "NULL", sql)


def _short(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= 80 else line[:79] + "…"
