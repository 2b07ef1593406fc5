"""
What came before a revision: the files it follows, as far as they are in its folder.

A source rule sees one revision, but whether a type, a table or a schema exists is told by those before it. Only files
that mention the name are read as a whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.review.directory import NotARevision, parse_revision
from pipeline.review.finding import Direction
from pipeline.review.reading.read import read_script
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.schema.balance import Balance
from pipeline.review.schema.changes import Kind, Thing, changes
from pipeline.review.source_text import NotPython, decode


@dataclass(frozen=True)
class _Entry:
    file: Path
    id: str
    before: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Lineage:
    """The revisions before one, oldest first. Not `complete` when a file that they name is not in the folder."""

    entries: tuple[_Entry, ...]
    complete: bool

    @classmethod
    def of(cls, revision: Revision) -> Lineage:
        return cls._before(revision.file, (*revision.down, *revision.depends_on))

    @classmethod
    def of_script(cls, script: Script) -> Lineage:
        """The same for one direction of a revision, which knows no more than its file."""
        entry = _entry(script.file, script.file.stat().st_mtime_ns) if script.file.is_file() else None
        return cls._before(script.file, entry.before) if entry is not None else cls((), complete=False)

    @classmethod
    def _before(cls, file: Path, down: tuple[str, ...]) -> Lineage:
        return cls(*_followed(file, down, _files(file.parent, file.parent.stat().st_mtime_ns)))

    def mentions(self, name: str) -> bool:
        """Tell whether a revision before this one, or env.py, has the word in it."""
        return any(name in entry.text for entry in self.entries)

    def statements(self, *words: str) -> Iterator[Statement]:
        """Yield what the upgrades send of those revisions before this one in which all `words` are."""
        for entry in self.entries:
            if all(word in entry.text for word in words):
                script = _upgrade(entry.file, entry.file.stat().st_mtime_ns)
                yield from script.statements if script is not None else ()

    def has(self, kind: Kind, name: str) -> bool | None:
        """
        Tell whether the thing exists when the revision begins; None when that cannot be known.

        It cannot when files are missing, or when one that speaks of the thing does not clearly make or drop it.
        """
        exists: bool | None = False if self.complete else None
        for entry in self.entries:
            if name.rpartition(".")[2] in entry.text:
                exists = _after(entry.file, kind, name, exists)
        return exists

    def makes_all_it_changes(self) -> bool:
        """
        Tell whether the revisions before make each table that they change.

        Where they do not, tables come from somewhere else (`create_all`): one that no revision made says nothing then.
        """
        balance = Balance()
        for entry in self.entries:
            script = _upgrade(entry.file, entry.file.stat().st_mtime_ns)
            for statement in script.statements if script is not None else ():
                for change in changes(statement):
                    balance.apply(change)
                    table = change.table or (change.thing.name if change.thing.kind is Kind.TABLE else "")
                    if table and Thing(Kind.TABLE, table) not in balance.ever_made:
                        return False
        return True


def _after(file: Path, kind: Kind, name: str, before: bool | None) -> bool | None:
    script = _upgrade(file, file.stat().st_mtime_ns)
    if script is None:
        return before
    balance = Balance.of(script)
    thing = Thing(kind, name)
    if thing in balance.made:
        return True
    if thing in balance.gone:
        return False
    if before is True:
        return True
    # It speaks of it and reading does not say what it does with it.
    return None


def forget() -> None:
    """Look at the folders again: within one review their files are taken to stay as they are."""
    _files.cache_clear()
    _upgrades.clear()


def remember(revision: Revision) -> None:
    """Take over what was read of `revision`, which many of those behind it will ask for."""
    if (upgrade := revision.scripts.get(Direction.UPGRADE)) is not None:
        _upgrades[revision.file, revision.file.stat().st_mtime_ns] = upgrade


_upgrades: dict[tuple[Path, int], Script | None] = {}


def _upgrade(file: Path, changed: int) -> Script | None:
    if (file, changed) not in _upgrades:
        _upgrades[file, changed] = read_script(parse_revision(file, decode(file.read_bytes())), Direction.UPGRADE)
    return _upgrades[file, changed]


@lru_cache(maxsize=8)
def _files(folder: Path, _changed: int) -> tuple[tuple[str, int], ...]:
    """The Python files in `folder`, by name, with the time of their last change: what is remembered goes by it."""
    with os.scandir(folder) as entries:
        return tuple(sorted((one.name, one.stat().st_mtime_ns) for one in entries if one.name.endswith(".py")))


@lru_cache(maxsize=16)
def _followed(file: Path, down: tuple[str, ...], files: tuple[tuple[str, int], ...]) -> tuple[tuple[_Entry, ...], bool]:
    """What comes before a revision, oldest first, and whether all of it is there. Many rules ask for the same."""
    known = _folder(file.parent, files)
    found: dict[str, _Entry] = {}
    complete = True
    waiting = [*down]
    while waiting:
        wanted = waiting.pop()
        entry = known.get(wanted) or next((one for id_, one in known.items() if id_.startswith(wanted)), None)
        if entry is None or entry.file == file:
            complete = False
        elif entry.id not in found:
            found[entry.id] = entry
            waiting.extend(entry.before)
    return tuple(_in_order(found)), complete


@lru_cache(maxsize=4)
def _folder(folder: Path, files: tuple[tuple[str, int], ...]) -> dict[str, _Entry]:
    entries = (_entry(folder / name, changed) for name, changed in files)
    return {entry.id: entry for entry in entries if entry is not None and entry.id}


@lru_cache(maxsize=8192)
def _entry(file: Path, _changed: int) -> _Entry | None:
    try:
        text = file.read_text(encoding="utf-8")
        revision = parse_revision(file, text)
    except (SyntaxError, UnicodeDecodeError, NotPython, NotARevision):
        # What is no Python is reported where that file itself is read.
        return None
    return _Entry(file, revision.id, (*revision.down, *revision.depends_on), text)


def _in_order(found: dict[str, _Entry]) -> Iterator[_Entry]:
    """Each after those it follows; each is opened and closed once, however long the history is."""
    opened: set[str] = set()
    closed: set[str] = set()
    waiting = list(found)
    while waiting:
        current = waiting[-1]
        before = [id_ for id_ in found[current].before if id_ in found and id_ not in opened]
        if current not in opened and before:
            opened.add(current)
            waiting += before
            continue
        opened.add(current)
        waiting.pop()
        if current not in closed:
            closed.add(current)
            yield found[current]
