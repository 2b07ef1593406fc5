"""
A file with the head's id, so that two pull requests that each add a revision conflict in git before they are merged.

Each adds a file of its own, so git merges both without a word, and there are two heads. Both change this line. It is
not called HEAD: `git log HEAD` in that folder would not know which one is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.review.graph import Graph
from pipeline.review.revision import Revision

NAME = "head.txt"


@dataclass(frozen=True)
class HeadFile:
    """`text` is None when the file is gone."""

    path: Path
    text: str | None


def read_head_file(directory: Path) -> HeadFile:
    path = directory / NAME
    return HeadFile(path, path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None)


def head_text(heads: Iterable[Revision]) -> str:
    """What the file has to say: each head's id on a line of its own."""
    return "".join(f"{identifier}\n" for identifier in sorted(head.id for head in heads))


def write_head_file(directory: Path, revisions: Iterable[Revision]) -> Path:
    """Write the heads of `revisions` into the directory's file, and return it."""
    path = directory / NAME
    path.write_text(head_text(Graph(revisions).heads), encoding="utf-8")
    return path
