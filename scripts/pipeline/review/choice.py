"""Which revisions are reviewed: all, the new ones, or those that were named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.review.directory import Directory
from pipeline.review.finding import Finding, NotAnalysed
from pipeline.review.history import Base
from pipeline.review.meaning import changed_parts
from pipeline.review.revision import Revision


@dataclass(frozen=True)
class Choice:
    """
    The revisions to be read, and what of the chosen files cannot be.

    `files` are the only ones to hear of, when some were named. `may_be_empty` says that nothing new is an answer, and
    `must_be_read` that a file which cannot be read is none: it was named, or is new.
    """

    revisions: tuple[Revision, ...]
    not_analysed: tuple[NotAnalysed, ...]
    unreadable: tuple[Path, ...]
    places: str
    files: frozenset[Path] = frozenset()
    may_be_empty: bool = False
    must_be_read: bool = False

    def covers(self, finding: Finding) -> bool:
        return not self.files or finding.file in self.files


def choose(directory: Directory, base: Base | None, files: tuple[Path, ...]) -> Choice:
    """Raises UsageError for a file that is none of the directory's."""
    named = _named(directory, files)
    if named:
        revisions = [revision for revision in directory.revisions if revision.file in named]
        unread = [one for one in directory.not_analysed if one.file in named]
    elif base is not None:
        revisions = [revision for revision in directory.revisions if _is_news(revision, base)]
        unread = [one for one in directory.not_analysed if one.file not in base.unchanged]
    else:
        revisions, unread = list(directory.revisions), list(directory.not_analysed)
    readable = {revision.file for revision in directory.revisions}
    return Choice(
        revisions=tuple(revisions),
        not_analysed=tuple(unread),
        unreadable=tuple(
            dict.fromkeys(one.file for one in unread if one.file not in readable and one.file.suffix == ".py")
        ),
        places=", ".join(map(str, directory.layout.versions)),
        files=frozenset(named),
        may_be_empty=base is not None,
        must_be_read=bool(named) or base is not None,
    )


def _is_news(revision: Revision, base: Base) -> bool:
    """New here, or merged and doing something else now."""
    then = next((one for one in base.revisions if one.id == revision.id), None)
    return then is None or (then.text != revision.text and bool(changed_parts(then.tree, revision.tree)))


def _named(directory: Directory, files: tuple[Path, ...]) -> set[Path]:
    there = {file.resolve(): file for file in directory.layout.files()}
    named = set()
    for file in files:
        if file.is_dir():
            raise UsageError(f"{file} is a folder: name revisions one by one, or give --directory {file} --all.")
        if not file.is_file():
            raise UsageError(f"There is no file {file}: name revisions by their paths from here ({Path.cwd()}).")
        found = there.get(file.resolve())
        if found is None:
            places = ", ".join(map(str, directory.layout.versions))
            raise UsageError(f"{file} is not in {places}: give --directory the script directory it belongs to.")
        named.add(found)
    return named
