"""
A revision's file as text and syntax tree, and what it says of itself: its id and what it follows.

Alembic's ScriptDirectory imports every revision to learn that much; this imports none, so that a file that does
not import here, or must not, can be reviewed all the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.review.finding import Direction

if TYPE_CHECKING:
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

    def keep(self, script: Script) -> None:
        """Add what one direction does, and tie it to the other: what a downgrade means depends on its upgrade."""
        self.scripts[script.direction] = script
        upgrade, downgrade = self.scripts.get(Direction.UPGRADE), self.scripts.get(Direction.DOWNGRADE)
        if upgrade is not None and downgrade is not None:
            upgrade.undone_by, downgrade.undoes = downgrade, upgrade

    @cached_property
    def lines(self) -> list[str]:
        """Numbered as Python numbers them, which a form feed or U+2028 does not end."""
        return self.text.split("\n")

    def line_of(self, name: str) -> int:
        """Where the top of the file assigns `name`; 1 if it does not."""
        value = self.value_of(name)
        return value.lineno if value else 1

    def value_of(self, name: str) -> ast.expr | None:
        """The expression that the top of the file assigns to `name` last."""
        pairs = (pair for node in reversed(self.tree.body) for pair in assignments(node))
        return next((value for target, value in pairs if isinstance(target, ast.Name) and target.id == name), None)

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


def assignments(node: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target that a statement assigns to with its own value, `a, b = 1, 2` taken apart."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            targets, values = getattr(target, "elts", []), getattr(node.value, "elts", [])
            if targets and len(targets) == len(values):
                yield from zip(targets, values, strict=True)
            else:
                yield target, node.value
