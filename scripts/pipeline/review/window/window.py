"""
What worked for a release on the schema that it was written for and fails on another: what the change breaks.

Nothing is called broken that did not work before. What failed before already says nothing about the change, and
is told as not tried, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from pipeline.keeper import Keeper
from pipeline.review.running.project import Project
from pipeline.review.window.process import ReleaseProcess, Try
from pipeline.review.window.smoke import Smoked, smoke

SMOKE = "smoke"
SELECT, DELETE = "SELECT", "DELETE"
_KEPT_BY_CHILDREN = frozenset({"23001", "23503"})
"""A row that a foreign key refers to: restrict_violation and foreign_key_violation."""


class Connection(StrEnum):
    """What the operation ran on."""

    KEPT = "kept open"
    FRESH = "fresh"


@dataclass(frozen=True)
class Breakage:
    """
    One operation that worked for the release and works no more, in the server's words.

    `about` is the column, or "column = label", that was written; `column` is the one that the error speaks of.
    """

    model: str
    table: str
    operation: str
    connection: Connection
    words: str
    sqlstate: str | None = None
    column: str | None = None
    about: str | None = None

    @property
    def what(self) -> object:
        """Two that have this in common are the same: the words may also say at which character."""
        return self.model, self.table, self.operation, self.connection, self.about, self.sqlstate or self.words

    def __str__(self) -> str:
        place = _place(self.model, self.table, self.about)
        return f"{self.operation} of {place} ({self.connection} connection): {self.words}"


@dataclass(frozen=True)
class NotTried:
    """One operation of which nothing can be said, and why."""

    model: str
    table: str
    operation: str
    why: str
    about: str | None = None

    def __str__(self) -> str:
        return f"Not tried: {self.operation} of {_place(self.model, self.table, self.about)}, as {self.why}"


_KEPT, _FRESH = (Try.READ_KEPT, Try.WRITE_KEPT), (Try.READ_FRESH, Try.WRITE_FRESH)
_Key = tuple[str, str, str, str | None]
"""A model, its table, an operation, and what it was about."""
_Results = dict[_Key, dict[str, Any]]


class Window:
    """
    One release on one database: `baseline` before the upgrade, `broken` after it, `broken_by_rows` when some came.

    Without `keep` it has no connections that stay open.
    """

    def __init__(
        self, release: ReleaseProcess, project: Project, url: URL, command: str | None, keep: bool = True
    ) -> None:
        self._release, self._project, self._url, self._command = release, project, url, command
        self._keep = keep
        self._before: _Results = {}
        self._smoked: Smoked | None = None
        self._told: set[object] = set()

    def baseline(self) -> None:
        """Try everything on the schema that the release was written for; its connections stay open from here on."""
        self._release.connect(self._url, keep=self._keep)
        # Before the upgrade nothing is to be told of a kept connection that is not true of a fresh one.
        tried = self._release.exercise(*(_KEPT if self._keep else _FRESH))
        self._before = {_key(result): result for results in tried.values() for result in results}
        self._smoked = self._smoke()
        self._told.clear()

    def broken(self) -> tuple[Breakage, ...]:
        """Try everything again, and return what works no more; what an earlier call has told is not repeated."""
        return self._news(*(Try if self._keep else _FRESH))

    def broken_by_rows(self) -> tuple[Breakage, ...]:
        """The same when only rows were added: it may have to read them, and writes what it has written before."""
        return self._news(*([Try.READ_KEPT] if self._keep else []), Try.READ_FRESH)

    def not_tried(self) -> tuple[NotTried, ...]:
        """What the baseline could not show to work."""
        unread = {key[:2] for key, result in self._before.items() if key[2] == SELECT and result["outcome"] != "ok"}
        found = [
            NotTried(model, table, operation, _why(result), about)
            for (model, table, operation, about), result in self._before.items()
            if result["outcome"] != "ok" and (operation == SELECT or (model, table) not in unread)
        ]
        if self._command and self._smoked and self._smoked.code != 0:
            why = f"it fails before the upgrade already (exit code {self._smoked.code}): {self._smoked.words}"
            found.append(NotTried(self._command, "", SMOKE, why))
        return tuple(found)

    def differs(self, own: URL, other: URL) -> tuple[Breakage, ...]:
        """Return what works on the schema of the database `own`, and not on that of `other`, which has its rows."""
        self._url = own
        self.baseline()
        self._url = other
        self._release.connect(other, anew=False, keep=self._keep)
        return self.broken()

    def rest(self) -> None:
        """Let go of the database, so that it can be copied; the next call connects anew, and nothing is kept open."""
        self._release.disconnect()

    def _news(self, *what: Try) -> tuple[Breakage, ...]:
        found = tuple(one for one in self._all_broken(what) if one.what not in self._told)
        self._told.update(one.what for one in found)
        return found

    def _all_broken(self, what: tuple[Try, ...]) -> Iterator[Breakage]:
        tried = self._release.exercise(*what)
        for kind, connection in (("kept", Connection.KEPT), ("fresh", Connection.FRESH)):
            for result in tried[kind]:
                model, table, operation, about = key = _key(result)
                if (why := self._breaks(key, result)) is not None:
                    yield Breakage(
                        model, table, operation, connection, why, result["sqlstate"], result["column"], about
                    )
        if self._command and self._smoked and self._smoked.code == 0 and (after := self._smoke()) and after.code != 0:
            words = f"exit code {after.code}: {after.words}"
            yield Breakage(self._command, "", SMOKE, Connection.FRESH, words)

    def _breaks(self, key: _Key, result: dict[str, Any]) -> str | None:
        """What is wrong with the result that was not wrong before, in words."""
        # A column is told of for itself only where it fails: otherwise the operation as a whole speaks for it.
        before = self._before.get(key) or self._before.get((*key[:3], None))
        if before is None or before["outcome"] != "ok":
            return None
        if result["outcome"] == "failed":
            return None if _is_kept_by_children(key, result) else str(result["words"])
        lost = [name for name, null in result["nulls"].items() if null and before["nulls"].get(name) is False]
        return f"{', '.join(lost)} silently becomes NULL, and had a value before" if lost else None

    def _smoke(self) -> Smoked | None:
        return smoke(self._project, self._command, self._url) if self._command else None


@contextmanager
def open_window(
    release: Project, url: URL, smoke: str | None = None, head: Path | None = None, *, keep: bool = True
) -> Iterator[Window]:
    """
    Yield the Window of `release` on the database at `url`, which has rows and the schema the release was written for.

    `smoke` is a command of the project. `head` is the folder of the new code, from which the release must not import.
    Unless `keep`, it has no connections that stay open over what happens.
    Raises CouldNotAnswer when the release does not start.
    """
    with Keeper() as keeper, ReleaseProcess(keeper, release, url, head) as process:
        yield Window(process, release, url, smoke, keep)


def _is_kept_by_children(key: _Key, result: dict[str, Any]) -> bool:
    """Rows of a new table keep those that they refer to: that is what its foreign key is for, and no breakage."""
    refused = result["sqlstate"] in _KEPT_BY_CHILDREN and "foreign key constraint" in str(result["words"])
    return key[2] == DELETE and refused


def _place(model: str, table: str, about: str | None) -> str:
    known = f"{model} ({table})" if table and table != model else model
    return f"{known}, {about}" if about else known


def _key(result: dict[str, Any]) -> _Key:
    return result["model"], result["table"], result["operation"], result["about"]


def _why(result: dict[str, Any]) -> str:
    if result["outcome"] == "not tried":
        return str(result["words"])
    return f"it fails before the upgrade already: {result['words']}"
