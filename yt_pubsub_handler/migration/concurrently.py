"""
Without this file a CREATE INDEX CONCURRENTLY would fail half-way because of a transaction on another table.

These statements take locks that stall nobody, and wait for every transaction older than themselves. A lock time-out
ends them in the middle, with an invalid index, so they go without; instead those transactions are waited for before
anything is begun.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from psycopg.sql import Identifier
from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.backends import COLUMNS, POLL_SECONDS, Backend
from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.migration.phrases import NotUnderstood, Phrase
from yt_pubsub_handler.migration.tokens import Statement, Unreadable, statements

_TRANSACTION_CONTROL = {"abort", "begin", "commit", "end", "rollback", "start"}
_WORTH_READING = re.compile(r"concurrently|validate|abort|begin|commit|end|rollback|start|prepare", re.IGNORECASE)

# Waited for are those that hold a snapshot, whatever they look at, and those that hold a lock on the table. Autovacuum
# gives way by itself.
_OPEN = text(
    f"SELECT {COLUMNS}, l.virtualxid FROM pg_stat_activity a "  # noqa: S608 - constants.
    "JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'virtualxid' AND l.granted AND l.mode = 'ExclusiveLock' "
    "WHERE a.datname = current_database() AND a.backend_type = 'client backend' "
    "AND a.pid <> pg_backend_pid() AND a.pid <> :own "
    "AND (a.backend_xmin IS NOT NULL OR EXISTS (SELECT FROM pg_locks h WHERE h.pid = a.pid AND h.granted "
    "AND h.locktype = 'relation' AND h.relation = coalesce(to_regclass(:table)::oid, h.relation))) "
    "UNION ALL "
    "SELECT 0, NULL, owner, 'prepared', extract(epoch FROM clock_timestamp() - prepared)::float, gid "
    "FROM pg_prepared_xacts WHERE database = current_database()"
)


@dataclass(frozen=True)
class Unhurried:
    """
    A statement that must not be under a lock time-out.

    `waits`: it waits for older transactions, and cannot be part of one. `table` and `index`, as SQL and as a name:
    what it builds, if that is known.
    """

    waits: bool
    table: str | None = None
    index: str | None = None


def unhurried(sql: str) -> Unhurried | None:
    """Tell whether `sql` is of that kind."""
    for statement in _read(sql):
        words = _words(statement)
        if words[:1] in {("create",), ("drop",), ("reindex",), ("refresh",)} and "concurrently" in words[:6]:
            return Unhurried(words[0] != "refresh", *_built(statement))
        if words[:1] == ("alter",) and "detach" in words and words[-1] == "concurrently":
            return Unhurried(waits=True)
        if words[:1] == ("alter",) and ("validate", "constraint") in pairwise(words):
            return Unhurried(waits=False)
    return None


def ends_transaction(sql: str) -> bool:
    """Tell whether a statement in `sql` would begin or end a transaction; savepoints do not."""
    in_body = False
    for statement in _read(sql):
        words = _words(statement)
        if in_body:
            in_body = words[:1] != ("end",)
        elif words[:1] == ("create",) and ("begin", "atomic") in pairwise(words):
            in_body = True  # A function's body in SQL: its semicolons and its END are its own.
        elif _controls_transaction(words):
            return True
    return False


def wait_for_older_transactions(
    connection: Connection, own_pid: int, table: str | None, seconds: float, sleep: Callable[[float], None]
) -> None:
    """
    Wait until every transaction that is in the way now, `own_pid`'s apart, has ended; new ones may begin.

    `connection` is another session; `table` is the statement's, if it is known. `sleep` raises if the run is to end.
    Raises MigrationFailed, naming one, when some are still open after `seconds`.
    """
    began = time.monotonic()
    asked = {"own": own_pid, "table": table}
    older = _open(connection, asked)
    while older:
        if time.monotonic() - began >= seconds:
            raise MigrationFailed(
                "older-transactions",
                f"It was not started: for {seconds:.0f} s it waited for transactions that were open before, such as "
                f"{next(iter(older.values()))}. End them, or wait until they are over.",
            )
        sleep(POLL_SECONDS)
        still = _open(connection, asked)
        older = {key: still[key] for key in older.keys() & still.keys()}


def _open(connection: Connection, asked: dict[str, Any]) -> dict[tuple[int, str], Backend]:
    return {(row[0], row[-1]): Backend(*row[:-1]) for row in connection.execute(_OPEN, asked)}


@lru_cache(maxsize=1)
def _read(sql: str) -> tuple[Statement, ...]:
    """Return the statements of `sql` up to where it cannot be read; both questions are asked of each in turn."""
    return tuple(_readable(sql)) if _WORTH_READING.search(sql) else ()


def _readable(sql: str) -> Iterator[Statement]:
    try:
        yield from statements(sql)
    except Unreadable:
        return  # The server says what is wrong with it, better than we could.


def _words(statement: Statement) -> tuple[str, ...]:
    return tuple(token.text for token in statement.tokens if token.kind == "word")


def _controls_transaction(words: tuple[str, ...]) -> bool:
    if words[:1] == ("rollback",) and "to" in words:
        return False  # It goes back to a savepoint.
    return bool(words) and (words[0] in _TRANSACTION_CONTROL or words[:2] == ("prepare", "transaction"))


def _built(statement: Statement) -> tuple[str, str] | tuple[()]:
    phrase = Phrase(statement.tokens)
    try:
        phrase.expect("create")
        phrase.skip("unique")
        phrase.expect("index", "concurrently")
        phrase.skip("if", "not", "exists")
        name = phrase.identifier()
        phrase.expect("on")
        phrase.skip("only")
        return Identifier(*phrase.name()).as_string(), name
    except NotUnderstood:
        return ()  # Without a name of its own it never finds itself there already.
