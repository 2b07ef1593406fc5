"""
A reader and a writer who go on while something happens to their table, and who say how long they had to wait at most.

Each has a session of its own and sends one statement after the other, on one row found by its key; a stall is the
longest that one statement took. They are told to stop after the change, so what they wait for at its end counts.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pipeline.errors import CouldNotAnswer

READ = b"SELECT a FROM t WHERE id = %s"
WRITE = b"UPDATE t SET a = a + 1 WHERE id = %s"
_PAUSE = 0.002


@dataclass
class Stalls:
    """The longest statement of each in seconds, and what went wrong; complete when the block has ended."""

    reader: float = 0.0
    writer: float = 0.0
    errors: list[str] = field(default_factory=list)


@contextmanager
def traffic(url: str, rows: int) -> Iterator[Stalls]:
    """
    Read and write rows of `t`, which has `rows` of them, for as long as the block lasts.

    Raises CouldNotAnswer at its end when one of them was sent away: its longest wait would be no figure.
    """
    stalls, over = Stalls(), threading.Event()
    with ExitStack() as sessions:
        threads = []
        for name, statement in (("reader", READ), ("writer", WRITE)):
            connection = psycopg.connect(url, autocommit=True, application_name=f"benchmark {name}")
            sessions.enter_context(connection)
            one = _One(name, connection, statement, rows)
            threads.append(threading.Thread(target=one.go_on, args=(over, stalls)))
        for thread in threads:
            thread.start()
        try:
            yield stalls
        finally:
            over.set()
            for thread in threads:
                thread.join()
    if stalls.errors:
        raise CouldNotAnswer(f"The traffic beside a change was broken off: {'; '.join(stalls.errors)}")


@dataclass(frozen=True)
class _One:
    """The reader, or the writer."""

    name: str
    connection: psycopg.Connection[Any]
    statement: bytes
    rows: int

    def go_on(self, over: threading.Event, stalls: Stalls) -> None:
        try:
            while not over.is_set():
                row = random.randint(1, self.rows)  # noqa: S311 - nothing secret.
                began = time.perf_counter()
                self.connection.execute(self.statement, (row,))
                longest = max(time.perf_counter() - began, getattr(stalls, self.name))
                setattr(stalls, self.name, longest)
                over.wait(_PAUSE)
        except psycopg.Error as error:
            stalls.errors.append(f"{self.name}: {type(error).__name__} {error}")
