"""How the revisions of a directory follow each other, and what this branch did to those that were merged before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.review.revision import Revision


@dataclass(frozen=True)
class Base:
    """The revisions at the commit this branch is compared with: by id, their path and their text then."""

    commit: str
    texts: dict[str, tuple[Path, str]]
    heads: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """All revisions of a directory, which of them are new here, and what was there before."""

    directory: Path
    revisions: tuple[Revision, ...]
    added: frozenset[str]
    base: Base | None = None
    undone: frozenset[str] = field(default_factory=frozenset)
    """Revisions that the ledger says were undone in production: these may be deleted."""
