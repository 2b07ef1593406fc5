"""
Readers and writers of every table while something happens to them, and how long each had to wait at most.

A lock by itself stops nobody; what production would feel is how long a short read and a short write took. Both need
no column and change nothing: the writer takes its lock, and finds no row.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import errors, sql
from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.running.databases import plain
from pipeline.review.running.trace import Stall

_CONNECTIONS = 120
_STATEMENTS_A_SECOND = 600
_SHORTEST_PAUSE = 0.002
_SECONDS_TO_CONNECT = 30.0
_SECONDS_TO_END = 10.0
_SECONDS_TO_FINISH = 1.0
_READ = sql.SQL("SELECT 1 FROM {} LIMIT 1")
_WRITE = sql.SQL("DELETE FROM {} WHERE false")
# The table, or the schema it was in, is not there any more under its name: that is what the revision wanted.
_GONE = (errors.UndefinedTable, errors.InvalidSchemaName, errors.WrongObjectType)

Table = tuple[str, str]
"""Its schema and its name."""


@dataclass
class _Client:
    """One connection that sends one statement after another; times are of time.monotonic()."""

    table: Table
    statement: sql.Composed
    writes: bool
    since: float | None = None
    longest: float = 0.0
    gone: bool = False
    errors: list[str] = field(default_factory=list)

    def wait(self, until: float) -> float:
        """The longest that a statement took, the one that has not been answered yet included."""
        return max(self.longest, until - self.since if self.since is not None else 0.0)


class Traffic:
    """
    Reads and writes `tables` of the database at `url`, most important first, while the block lasts.

    Where there are more tables than connections, the last ones get none: they are in `left_out`. Entering raises
    CouldNotAnswer when the server does not take the connections.
    """

    def __init__(self, url: URL, tables: Sequence[Table], *, connections: int = _CONNECTIONS) -> None:
        watched = tables[: connections // 2]
        self.left_out: tuple[str, ...] = tuple(".".join(table) for table in tables[connections // 2 :])
        self._conninfo = plain(url)
        self._clients = [
            _Client(table, statement.format(sql.Identifier(*table)), statement is _WRITE)
            for table in watched
            for statement in (_READ, _WRITE)
        ]
        self._pause = max(_SHORTEST_PAUSE, len(self._clients) / _STATEMENTS_A_SECOND)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="traffic", daemon=True)
        self._connections: list[psycopg.AsyncConnection[Any]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._over = False

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(_SECONDS_TO_CONNECT)
        except (psycopg.Error, TimeoutError) as error:
            self._end()
            raise CouldNotAnswer(
                f"The server did not take {len(self._clients)} connections for readers and writers "
                f"({str(error).strip() or 'it did not answer'}): raise its max_connections, or name fewer tables."
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def forget(self) -> None:
        """Begin to measure anew: with the next run."""
        asyncio.run_coroutine_threadsafe(self._forget(), self._loop).result(_SECONDS_TO_END)

    def stalls(self) -> tuple[Stall, ...]:
        """Return, for each table in the order given, the longest that a read and a write have taken until now."""
        now = time.monotonic()
        waits = [client.wait(now) for client in self._clients]
        return tuple(
            Stall(".".join(reader.table), reads, writes)
            for reader, reads, writes in zip(self._clients[::2], waits[::2], waits[1::2], strict=True)
        )

    @property
    def gone(self) -> tuple[str, ...]:
        """Tables that went away while they were read."""
        return tuple(".".join(client.table) for client in self._clients[::2] if client.gone)

    @property
    def errors(self) -> tuple[str, ...]:
        """What else went wrong for a reader or a writer, in the server's words."""
        return tuple(dict.fromkeys(error for client in self._clients for error in client.errors))

    async def _start(self) -> None:
        for _ in self._clients:
            connection = await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, application_name="review traffic"
            )
            self._connections.append(connection)
        # Each has been answered once before anything is measured: a first statement takes longer than others.
        for client, connection in zip(self._clients, self._connections, strict=True):
            await self._once(client, connection)
        await self._forget()
        self._tasks = [
            asyncio.create_task(self._go_on(client, connection, number))
            for number, (client, connection) in enumerate(zip(self._clients, self._connections, strict=True))
        ]

    async def _forget(self) -> None:
        now = time.monotonic()
        for client in self._clients:
            client.longest = 0.0
            client.since = None if client.since is None else now

    async def _go_on(self, client: _Client, connection: psycopg.AsyncConnection[Any], number: int) -> None:
        await asyncio.sleep(self._pause * number / max(1, len(self._clients)))  # Not all at the same moment.
        while not self._over and not client.gone and not connection.closed:
            await self._once(client, connection)
            await asyncio.sleep(self._pause)

    async def _once(self, client: _Client, connection: psycopg.AsyncConnection[Any]) -> None:
        client.since = time.monotonic()
        try:
            await connection.execute(client.statement)
        except _GONE:
            client.gone = True
        except psycopg.Error as error:
            verb = "A write" if client.writes else "A read"
            client.errors.append(f"{verb} of {'.'.join(client.table)} failed: {str(error).strip().splitlines()[0]}")
        client.longest = max(client.longest, time.monotonic() - client.since)
        client.since = None

    def _end(self) -> None:
        with contextlib.suppress(TimeoutError):  # One that waits for a lock is sent away with its connection.
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(_SECONDS_TO_END)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS_TO_END)
        if not self._thread.is_alive():
            self._loop.close()

    async def _stop(self) -> None:
        """Each ends after its statement; one that still waits for a lock is cut off, of which psycopg complains."""
        self._over = True
        if self._tasks:
            _, waiting = await asyncio.wait(self._tasks, timeout=_SECONDS_TO_FINISH)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._connections:
            await connection.close()


def tables_of(url: URL, first: Iterable[str] = ()) -> list[Table]:
    """Return every table of the database at `url` that has rows of its own, those that are named in `first` first."""
    question = """
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"""
    with psycopg.connect(plain(url)) as connection:
        found: list[Table] = connection.execute(question).fetchall()
    wanted = set(first)
    return sorted(found, key=lambda table: ".".join(table) not in wanted)
