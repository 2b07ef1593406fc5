"""
Sees each statement of a revision before the server does, and what became of it after; sees transactions end.

Times are those of a clock that stands still while we look: what watching costs is in no statement and in no lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import IO, Any

from pipeline.review.running.inside.backends import Backend, backend_of
from pipeline.review.running.inside.batches import remember_lines, sent_for

_FIRST = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_FLAGS = re.IGNORECASE | re.DOTALL
# Nothing can be seen of these, and some forbid that anything was asked before them in their transaction.
_QUIET = re.compile(
    _FIRST + r"(?:begin|start|commit|end|rollback|abort|savepoint|release|show|reset|discard|set(?!\s+constraints))"
    r"\b[^;]*;?\s*",
    _FLAGS,
)
_ENDS = re.compile(_FIRST + r"(?:(?P<commit>commit|end)|rollback(?!\s+to)|abort)\b[^;]*;?\s*", _FLAGS)
_READS = re.compile(_FIRST + r"(?:select|values|table|explain|fetch)\b", _FLAGS)
_KILLED = 86
"""The exit code after a commit at which we were told to die."""


class Elsewhere(Exception):
    """The project connects to a database that is not ours to change. Nothing has been sent there."""


class Witness:
    def __init__(self, versions: list[str], out: int, commands: IO[bytes], database: str) -> None:
        self.versions = tuple(os.path.realpath(folder) + os.sep for folder in versions)
        self._out = out
        self._commands = commands
        self._home = os.getpid()
        self._database = database
        self._looked = 0.0
        self._full = True
        self._die_at: int | None = None
        self._commits = 0
        self._transaction = 0
        self._backends: list[Backend] = []
        self._engines: list[Any] = []

    def listen(self) -> None:
        from sqlalchemy import event  # noqa: PLC0415 - the project's own, once its folder is on the path.
        from sqlalchemy.engine import Engine  # noqa: PLC0415 - the same.
        from sqlalchemy.pool.base import _ConnectionFairy  # noqa: PLC0415 - no event tells of its cursors.

        remember_lines(self.versions)
        event.listen(Engine, "engine_connect", self._connected)
        event.listen(Engine, "before_cursor_execute", self._begins)
        event.listen(Engine, "after_cursor_execute", self._ends)
        event.listen(Engine, "handle_error", self._failed)
        self._see_cursors(_ConnectionFairy)

    def expect(self, database: str) -> None:
        """Let the project connect to this one, and to no other."""
        self._database = database

    def begin(self, watch: str, die_at_commit: int | None, database: str) -> None:
        """A run on `database` begins. `watch` is "full", or "times" for what costs nothing."""
        self.expect(database)
        self._full = watch == "full"
        self._die_at = die_at_commit
        self._commits = 0
        self._looked = 0.0
        self._backends.clear()
        self.say({"started": self._now()})

    def end(self, failure: dict[str, Any] | None) -> None:
        """It has ended."""
        ended = self._now()
        self.rest()
        self.say({"done": ended, "failure": failure})

    def rest(self) -> None:
        """Nobody stays connected, or the database could not be copied."""
        for engine in self._engines:
            if not getattr(engine.dialect, "is_async", False):  # Those can be closed in their own loop only.
                engine.dispose()
        self._engines.clear()

    def move_in(self) -> None:
        """A child that was forked for a run is who tells of it."""
        self._home = os.getpid()

    def say(self, what: dict[str, Any]) -> None:
        if os.getpid() == self._home:  # What a forked child does to its copy of a connection is not our run.
            line = (json.dumps(what) + "\n").encode()
            while line:
                line = line[os.write(self._out, line) :]

    def _connected(self, connection: Any, *_: Any) -> None:
        with self._looking():
            backend = backend_of(connection)
            if backend is None or backend.database != self._database:
                raise Elsewhere(_name_of(connection.engine, backend))
            if backend in self._backends:
                return
            self._backends.append(backend)
            self._engines.append(connection.engine)
            self._see_ends_of_transactions(connection.dialect)
        self.say({"connected": backend.pid, "words": backend.notices.heard})

    def _begins(self, connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        with self._looking():
            backend = backend_of(connection)
            file, line, revision = self._place()
            if backend is None or os.getpid() != self._home:
                return
            if file is None:
                backend.forget()  # Alembic's own statement, and its locks are not the revision's.
                return
            autocommit = backend.autocommit
            looks = self._full and _QUIET.fullmatch(sql) is None
            if looks:
                backend.look(autocommit=autocommit)
            self.say({
                "begins": {
                    "file": file, "line": line, "revision": revision, "sql": sql, "transaction": self._transaction,
                    "autocommit": autocommit,
                },
                "pid": backend.pid, "poll": looks and autocommit,
            })  # fmt: skip
            if looks and autocommit:
                self._commands.readline()  # Nobody sees its locks when it is over: whoever polls them is ready now.
            backend.told = True
            backend.notices.take()
        self.say({"at": self._now(), "looked": self._looked})

    def _ends(self, connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        ended = self._now()
        with self._looking():
            backend = backend_of(connection)
            if backend is None or os.getpid() != self._home:
                return
            told, backend.told = backend.told, False
            if told:
                said = backend.notices.take()
                looks = self._full and _QUIET.fullmatch(sql) is None
                seen = backend.compare(autocommit=backend.autocommit) if looks else {}
                self.say({"ends": ended, "pid": backend.pid, "said": said, **seen})
        if backend.autocommit:
            self._over(backend, ended, wrote=_READS.match(sql) is None and _QUIET.fullmatch(sql) is None)
        elif (ending := _ENDS.fullmatch(sql)) is not None:
            self._over(backend, ended, wrote=ending["commit"] is not None)

    def _failed(self, context: Any) -> None:
        ended = self._now()
        connection = getattr(context, "connection", None)
        backend = backend_of(connection) if connection is not None else None
        if backend is not None and backend.told:
            backend.told = False
            self.say({"ends": ended, "pid": backend.pid, "said": backend.notices.take()})
            if backend.autocommit:
                self._over(backend, ended, wrote=False)

    def _see_cursors(self, fairy: Any) -> None:
        """A revision that takes a cursor of the driver goes past SQLAlchemy's events: that much is said."""
        given = fairy.cursor

        def cursor(connection: Any, *arguments: Any, **keywords: Any) -> Any:
            caller = sys._getframe(1)
            if os.path.realpath(caller.f_code.co_filename).startswith(self.versions):
                self.say({"unwatched": os.path.realpath(caller.f_code.co_filename), "line": caller.f_lineno})
            return given(connection, *arguments, **keywords)

        fairy.cursor = cursor

    def _see_ends_of_transactions(self, dialect: Any) -> None:
        """SQLAlchemy's events come before a commit and a rollback; what counts is when they are done."""
        if getattr(dialect, "is_reviewed", False):
            return
        commit, rollback = dialect.do_commit, dialect.do_rollback

        def do_commit(given: Any) -> None:
            backend = backend_of(given)
            with self._looking():
                wrote = backend is not None and not backend.autocommit and backend.wrote()
            commit(given)
            if backend is not None and not backend.autocommit:
                self._over(backend, self._now(), wrote=wrote)

        def do_rollback(given: Any) -> None:
            rollback(given)
            backend = backend_of(given)
            if backend is not None and not backend.autocommit:
                self._over(backend, self._now(), wrote=False)

        dialect.do_commit, dialect.do_rollback, dialect.is_reviewed = do_commit, do_rollback, True

    def _over(self, backend: Backend, at: float, *, wrote: bool) -> None:
        if os.getpid() != self._home:
            return
        backend.forget()
        self._transaction += 1
        self.say({"over": at, "pid": backend.pid, "wrote": wrote})
        self._commits += wrote
        if wrote and self._commits == self._die_at:
            os._exit(_KILLED)

    def _place(self) -> tuple[str | None, int, str | None]:
        """The innermost line of a revision that is being run, and the id of the revision."""
        file, line = None, 0
        frame = sys._getframe(1)  # A whole stack would be formatted otherwise, for each statement.
        while frame is not None:
            name = os.path.realpath(frame.f_code.co_filename)
            if file is None and (place := sent_for(frame)) is not None:
                file, line = place
            if name.startswith(self.versions):
                if file is None:
                    file, line = name, frame.f_lineno
                if isinstance(revision := frame.f_globals.get("revision"), str):
                    return file, line, revision
            frame = frame.f_back  # type: ignore[assignment] # None ends it.
        return file, line, None

    def _now(self) -> float:
        return time.monotonic() - self._looked

    @contextlib.contextmanager
    def _looking(self) -> Iterator[None]:
        since = time.monotonic()
        try:
            yield
        finally:
            self._looked += time.monotonic() - since


def _name_of(engine: Any, backend: Backend | None) -> str:
    """What may be shown of where it leads: no user and no password."""
    url = engine.url
    host = f" on {url.host}" if url.host else ""
    return f"{engine.dialect.name}'s {(backend.database if backend else url.database) or 'database in memory'}{host}"
