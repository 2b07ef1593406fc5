"""
What the review has to say, in one form for every phase and every format.

The names of the fields are the interface other tools read (`--format json`): add to them, never rename.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def weight(self) -> int:
        """0 for information, more for worse: severities compare by it."""
        return {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}[self]


class Phase(StrEnum):
    """How something was found out: by comparing commits, reading Python, reading SQL, running, or running old code."""

    HISTORY = "history"
    SOURCE = "source"
    SQL = "sql"
    LIVE = "live"
    WINDOW = "window"


class Direction(StrEnum):
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"


@dataclass(frozen=True)
class Edit:
    """Replace the lines `first` to `last` (from 1, both included) of the finding's file by `text`, for `--fix`."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Finding:
    """One thing that would go wrong, at one line."""

    rule: str
    severity: Severity
    phase: Phase
    file: Path
    line: int
    subject: str
    """The table, column, index or revision it is about."""
    message: str
    """What would happen in production, in one sentence."""
    remedy: str
    """The corrected code with the author's own names, ready to paste, or the next step."""
    revision: str | None = None
    direction: Direction | None = None
    evidence: tuple[str, ...] = ()
    waived: str | None = None
    """The reason given in the file for accepting it; None when it is not accepted."""
    edits: tuple[Edit, ...] = field(default=(), compare=False)
    about: tuple[str, ...] = field(default=(), compare=False)
    """Other subjects that this speaks of as well, for what it makes superfluous."""

    def waive(self, reason: str) -> Finding:
        return replace(self, waived=reason)


@dataclass(frozen=True)
class NotAnalysed:
    """A statement or a file that could not be followed. Silence about it would read as approval."""

    file: Path
    line: int
    why: str
