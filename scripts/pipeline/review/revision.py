"""
A revision's file as text and syntax tree, and what it says of itself: its id and what it follows.

Alembic's ScriptDirectory imports every revision to learn that much; this imports none, so that a file that does
not import here, or must not, can be reviewed all the same.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.review.finding import Direction
    from pipeline.review.reading.script import Script


@dataclass(frozen=True)
class Revision:
    """One revision's file. `down` has no element for a base, several for a merge."""

    file: Path
    text: str
    tree: ast.Module
    id: str
    down: tuple[str, ...]
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    scripts: dict[Direction, Script] = field(default_factory=dict, compare=False, repr=False)
    """What each direction does, once it has been read."""

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def function(self, name: str) -> ast.FunctionDef | None:
        """The function of that name at the top of the file: `upgrade`, `downgrade`."""
        for node in reversed(self.tree.body):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return node
        return None

    @cached_property
    def irreversible(self) -> str | None:
        """The reason given by `irreversible = "why"` at the top of the file, with which undoing it is refused."""
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            value = getattr(node, "value", None)
            named = any(isinstance(one, ast.Name) and one.id == "irreversible" for one in targets)
            if named and isinstance(value, ast.Constant) and value.value:
                return str(value.value)
        return None
