"""Makes a Run of what was told while it went on, line by line: objects get their names, and locks their ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.review.running.trace import Lock, Ran, Scan

RELATIONS = """
SELECT c.oid::bigint, n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND n.nspname <> 'pg_toast' AND c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I', 'S', 'f')"""
HELD = """
SELECT relation::bigint, left(mode, -4) FROM pg_locks
WHERE pid = %s AND locktype = 'relation' AND granted AND relation >= 16384
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


@dataclass
class _Lock:
    relation: str
    mode: str
    since: float
    pid: int
    until: float | None = None


@dataclass
class _Statement:
    about: dict[str, Any]
    pid: int
    looked: float = 0.0
    """The seconds that watching had cost when it began."""
    started: float = 0.0
    ended: float | None = None
    locks: list[_Lock] = field(default_factory=list)
    rewritten: tuple[str, ...] = ()
    scanned: tuple[Scan, ...] = ()
    built: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    unseen: bool = False


class Observer:
    """Collects one run; `known` are the relations that others could see when it began, by object id."""

    def __init__(self, known: dict[int, str]) -> None:
        self._known = known
        self._statements: list[_Statement] = []
        self._held: list[_Lock] = []
        self.backends: set[int] = set()
        self.polls: int | None = None
        """The backend whose locks have to be seen while the current statement runs."""
        self.deaf = False
        self.unwatched: list[str] = []
        """Where a revision took a cursor of its driver, by file and line."""
        self.commits: list[float] = []
        self.started = self.ended = 0.0
        self.failure: dict[str, Any] | None = None

    @property
    def current(self) -> dict[str, Any] | None:
        """The statement that has not been answered yet: `file`, `line`, `sql`."""
        last = self._statements[-1] if self._statements else None
        return last.about if last is not None and last.ended is None else None

    @property
    def last(self) -> dict[str, Any] | None:
        return self._statements[-1].about if self._statements else None

    def take(self, line: dict[str, Any]) -> None:
        match line:
            case {"started": at}:
                self.started = at
            case {"connected": pid, "words": heard}:
                self.backends.add(pid)
                self.deaf = self.deaf or not heard
            case {"unwatched": file, "line": line_}:
                self.unwatched.append(f"{file}:{line_}")
            case {"begins": about, "pid": pid, "poll": poll}:
                self._statements.append(_Statement(about, pid))
                self.polls = pid if poll else None
            case {"at": at, "looked": looked}:
                self._statements[-1].started, self._statements[-1].looked = at, looked
            case {"ends": at}:
                self._end(at, line)
            case {"over": at, "pid": pid, "wrote": wrote}:
                self._release(pid, at)
                self.commits.extend([at] if wrote else [])
            case {"done": at, "failure": failure}:
                self.ended, self.failure = at, failure

    def polled(self, held: Iterable[tuple[int, str]], at: float) -> None:
        """Locks that somebody else saw held while the statement in autocommit ran."""
        self._take_locks(
            self._statements[-1], held, max(at - self._statements[-1].looked, self._statements[-1].started)
        )

    def stop(self, at: float) -> None:
        """It has ended without a word."""
        self.ended = self.ended or at

    def statements(self) -> tuple[Ran, ...]:
        return tuple(self._ran(one) for one in self._statements)

    def _end(self, at: float, line: dict[str, Any]) -> None:
        one = self._statements[-1]
        one.ended = at
        one.said = tuple(line["said"])
        one.unseen = bool(line.get("unseen"))
        self._take_locks(one, line.get("locks", ()), one.started)
        gone = {(self._known.get(oid), mode) for oid, mode in line.get("released", ())}
        for lock in self._held:
            if lock.until is None and lock.pid == one.pid and (lock.relation, lock.mode) in gone:
                lock.until = at
        one.rewritten = self._names(line.get("rewritten", ()))
        one.built = self._names(line.get("built", ()))
        scanned = ((self._known.get(oid), scans, rows) for oid, scans, rows in line.get("scanned", ()))
        one.scanned = tuple(Scan(name, scans, rows) for name, scans, rows in scanned if name is not None)

    def _take_locks(self, one: _Statement, held: Iterable[tuple[int, str]], since: float) -> None:
        known = {(lock.relation, lock.mode) for lock in self._held if lock.until is None and lock.pid == one.pid}
        for oid, mode in held:
            name = self._known.get(oid)
            if name is not None and (name, mode) not in known:
                lock = _Lock(name, mode, since, one.pid)
                one.locks.append(lock)
                self._held.append(lock)

    def _release(self, pid: int, at: float) -> None:
        for lock in self._held:
            if lock.pid == pid and lock.until is None:
                lock.until = at
        self._held = [lock for lock in self._held if lock.until is None]

    def _names(self, oids: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self._known[oid] for oid in oids if oid in self._known))

    def _ran(self, one: _Statement) -> Ran:
        about = one.about
        return Ran(
            Path(about["file"]), about["line"], about["revision"], about["sql"], about["transaction"],
            about["autocommit"], one.started, self.ended if one.ended is None else one.ended,
            tuple(
                Lock(lock.relation, lock.mode, lock.since, self.ended if lock.until is None else lock.until)
                for lock in one.locks
            ),
            one.rewritten, one.scanned, one.built, one.said, one.unseen,
        )  # fmt: skip
