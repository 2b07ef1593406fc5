"""
A revision whose verdict was written down before it was run: what has to be found at which line, and why.

A line says what is to become of it by a mark at its end, `# proved: rule; withdrawn: other-rule, third-rule`:

    proved     reading suspected it, running confirmed it with what was seen
    found      reading found it, running could not say anything
    shown      only running found it
    told       it is information, whoever found it
    withdrawn  reading suspected it, running refuted it

Nothing else may be said, but for information that no mark asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_HEAD = """\
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = {revision!r}
down_revision = {down!r}
"""
_REVISION_LINE = 5
_MARK = re.compile(r"\b(proved|found|shown|told|withdrawn): ([a-z-]+(?:, [a-z-]+)*)")


class Mark(StrEnum):
    PROVED = "proved"
    FOUND = "found"
    SHOWN = "shown"
    TOLD = "told"
    WITHDRAWN = "withdrawn"


Said = tuple[str, int, str, Mark]
"""Of which revision, at which line, by which rule, and what became of it."""


@dataclass(frozen=True)
class File:
    """One revision: its functions with their marks; `whole` are the marks of what is said of it as a whole."""

    revision: str
    code: str
    down: str | tuple[str, ...] = "shop"
    whole: str = ""

    @property
    def text(self) -> str:
        return _HEAD.format(revision=self.revision, down=self.down) + self.code

    @property
    def marks(self) -> set[Said]:
        lines = [line.rpartition("  # ")[2] if "  # " in line else "" for line in self.text.splitlines()]
        lines[_REVISION_LINE - 1] = self.whole
        return {
            (self.revision, number, rule, Mark(kind))
            for number, line in enumerate(lines, start=1)
            for kind, rules in _MARK.findall(line)
            for rule in rules.split(", ")
        }


@dataclass(frozen=True)
class Case:
    """
    `upgrade` and `downgrade` are verdicts: safe, with care, unsafe. `lost` names the tables of which rows or values
    are gone or others after upgrade and downgrade. `before` are pending revisions that come first.
    """

    name: str
    why: str
    code: str
    upgrade: str = "safe"
    downgrade: str = "safe"
    lost: tuple[str, ...] = ()
    before: tuple[File, ...] = ()
    down: str | tuple[str, ...] = ""
    whole: str = ""
    seconds: float = 60.0
    in_one_transaction: bool = False

    @property
    def files(self) -> tuple[File, ...]:
        """In the order in which they are applied."""
        down = self.down or (self.before[-1].revision if self.before else "shop")
        return (*self.before, File(self.name, self.code, down, self.whole))

    @property
    def marks(self) -> set[Said]:
        return {mark for file in self.files for mark in file.marks}

    def write(self, folder: Path) -> list[Path]:
        paths = [folder / f"{file.revision}.py" for file in self.files]
        for path, file in zip(paths, self.files, strict=True):
            path.write_text(file.text)
        return paths
