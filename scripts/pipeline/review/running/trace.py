"""
What a run of revisions did to a database, as it was observed: the one form that everybody who judges it reads.

Relations are named as `schema.name`. Times are seconds of `time.monotonic()`, which all processes of a machine share,
so that what a run did and what its readers and writers felt can be laid side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.review.finding import Direction

MODES = (
    "AccessShare", "RowShare", "RowExclusive", "ShareUpdateExclusive", "Share", "ShareRowExclusive", "Exclusive",
    "AccessExclusive",
)  # fmt: skip
"""PostgreSQL's table locks, each with its weight as its place (the names are pg_locks' without "Lock")."""
_BLOCK_READS = frozenset({"AccessExclusive"})
_BLOCK_WRITES = frozenset({"Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"})


@dataclass(frozen=True)
class Lock:
    """
    A lock on a relation that was there before the revision began, from `since` until its transaction ended.

    What a revision makes itself nobody else can wait for: that is left out.
    """

    relation: str
    mode: str
    since: float
    until: float

    @property
    def held(self) -> float:
        """For how many seconds."""
        return self.until - self.since

    @property
    def blocks_reads(self) -> bool:
        return self.mode in _BLOCK_READS

    @property
    def blocks_writes(self) -> bool:
        return self.mode in _BLOCK_WRITES


@dataclass(frozen=True)
class Scan:
    """
    How much of a relation a statement read: its sequential scans, and the rows that they and its index scans returned.

    Index scans are not counted: the planner makes some of its own, to see where an index ends.
    """

    relation: str
    scans: int
    rows: int


@dataclass(frozen=True)
class Ran:
    """
    One statement that a revision sent, from `line` of `file`.

    `locks` are those that it was the first in its transaction to take. `rewritten`, `scanned` and `built` name
    relations that were there before: those whose file was written anew, those that were read, and those of which an
    index was built. `said` is what the server said of it at client_min_messages = debug1. With `unseen` nobody could
    look after it, so that an empty field means nothing.
    """

    file: Path
    line: int
    revision: str | None
    sql: str
    transaction: int
    autocommit: bool
    started: float
    ended: float
    locks: tuple[Lock, ...] = ()
    rewritten: tuple[str, ...] = ()
    scanned: tuple[Scan, ...] = ()
    built: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    unseen: bool = False

    @property
    def took(self) -> float:
        """Seconds from sending it to its answer; what watching costs is not in it."""
        return self.ended - self.started


@dataclass(frozen=True)
class Failure:
    """Why a run did not end well. `line` is the last one of a revision; without a `file`, none was reached."""

    words: str
    file: Path | None = None
    line: int = 1
    sqlstate: str | None = None
    sql: str | None = None
    timed_out: bool = False
    values: str | None = None
    """What the statement, or the line that failed, was given; the rows are ours, and hold no secret."""


@dataclass(frozen=True)
class Run:
    """One `alembic upgrade` or `alembic downgrade` to `target`, and what was seen of it."""

    direction: Direction
    target: str
    started: float
    ended: float
    statements: tuple[Ran, ...] = ()
    commits: tuple[float, ...] = ()
    """When something became visible to others: ends of transactions that wrote, and of statements in autocommit."""
    failure: Failure | None = None

    @cached_property
    def locks(self) -> tuple[Lock, ...]:
        """All of them, in the order in which they were taken."""
        return tuple(sorted((lock for one in self.statements for lock in one.locks), key=lambda lock: lock.since))

    @property
    def took(self) -> float:
        return self.ended - self.started


@dataclass(frozen=True)
class Stall:
    """The longest that a short read or write of `relation` had to wait during a run."""

    relation: str
    reads: float
    writes: float
