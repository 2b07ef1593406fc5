"""
What a branch that cannot be decided leaves in doubt: names it may have changed, containers it may have filled.

Without this a flag that a loop over the database's tables may set would be taken for set, and what depends on it
would be left out without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pipeline.review.reading.functions import Either, Function, Scope
from pipeline.review.reading.unknown import Unknown

CONTAINERS = (list, dict, set)
CHANGING = {
    "add", "append", "clear", "difference_update", "discard", "extend", "insert", "pop", "popitem", "remove",
    "setdefault", "update",
}  # fmt: skip


@dataclass
class _Change:
    """A name in a scope: what it was before the branch, if anything, and what the branch has assigned."""

    scope: Scope
    name: str
    values: list[Any]


@dataclass
class Doubts:
    """Keeps what is in doubt while one direction is read."""

    _branches: list[dict[tuple[int, str], _Change]] = field(default_factory=list)
    _containers: dict[int, Any] = field(default_factory=dict)

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Read a block that may not run; what it assigns is in doubt afterwards."""
        self._branches.append({})
        try:
            yield
        finally:
            for change in self._branches.pop().values():
                self._settle(change)

    def assign(self, scope: Scope, name: str, value: Any) -> None:
        if self._branches:
            change = self._branches[-1].get((id(scope), name))
            if change is None:
                before = [scope.names[name]] if name in scope.names else []
                change = self._branches[-1][id(scope), name] = _Change(scope, name, before)
            change.values.append(value)
        scope.assign(name, value)

    def _settle(self, change: _Change) -> None:
        first = change.values[0]
        if all(_same(first, other) for other in change.values[1:]):
            return
        self.assign(change.scope, change.name, _either(change.values) or Unknown(change.name))

    def touch(self, container: Any) -> None:
        """Note that a container may have been changed, or not."""
        if isinstance(container, CONTAINERS):
            self._containers[id(container)] = container

    def about(self, container: Any) -> bool:
        """Tell whether what `container` holds is in doubt."""
        return id(container) in self._containers


def _either(values: list[Any]) -> Either | None:
    """Functions can all be read, one after the other, where values can only be unknown."""
    flat = [one for value in values for one in (value.functions if isinstance(value, Either) else (value,))]
    functions = [one for one in flat if isinstance(one, Function)]
    return Either(tuple(functions)) if len(functions) == len(flat) else None


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:  # noqa: BLE001 - SQLAlchemy's objects answer with clauses that are neither true nor false.
        return False
