"""How the revisions of a directory follow each other, and what this branch did to those that were merged before."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipeline.review.graph import Graph
from pipeline.review.head_file import HeadFile
from pipeline.review.revision import Revision


@dataclass(frozen=True)
class Base:
    """
    The revisions at the commit this branch is compared with: by id, their path and their text then.

    `commit` is where this branch left the base branch; `heads` and `newer` are of the base branch as it is now.
    """

    commit: str
    texts: dict[str, tuple[Path, str]]
    heads: tuple[str, ...]
    ref: str = ""
    """The base branch as it was asked for."""
    revisions: tuple[Revision, ...] = ()
    newer: tuple[Revision, ...] = ()
    """What the base branch has got since `commit`."""
    head_file: HeadFile | None = None
    unchanged: frozenset[Path] = frozenset()
    """Files that are today what they were then, to the byte."""

    @cached_property
    def now(self) -> Graph:
        """The base branch as it is now."""
        return Graph((*self.revisions, *self.newer))


@dataclass(frozen=True)
class History:
    """All revisions of a directory, which of them are new here, and what was there before."""

    directory: Path
    revisions: tuple[Revision, ...]
    added: frozenset[str]
    base: Base | None = None
    undone: frozenset[str] = field(default_factory=frozenset)
    """Revisions that the ledger says were undone in production: these may be deleted."""
    unplaced: frozenset[str] = field(default_factory=frozenset)
    """Revisions of which it could not be told what they follow."""
    complete: bool = True
    """False when there is a file whose id could not be told, so that what seems to be missing may be there."""
    head_file: HeadFile | None = None
    """None where neither this branch nor its base has one."""

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.revisions)
