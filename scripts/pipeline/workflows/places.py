"""
A mapping of the workflow file together with where it stands, so that every error names file, line and key.

Keys that were never asked for are refused at the end: a key we do not know may change what GitHub would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from pipeline.errors import CouldNotAnswer
from pipeline.workflows.document import Templates
from pipeline.workflows.expressions import Expression, ExpressionError, Scope, Value, to_text
from pipeline.workflows.templates import Template, parse_condition, parse_template
from pipeline.workflows.yaml_core import Block


class WorkflowError(CouldNotAnswer):
    """The file is no workflow, or one that does what is not supported here."""


class Place:
    def __init__(self, path: Path, name: str, block: Block) -> None:
        self.path, self.name, self.block = path, name, block

    @property
    def line(self) -> int:
        return self.block.line

    def refuse(self, problem: str, key: str | None = None) -> NoReturn:
        line = self.block.lines.get(key, self.line) if key else self.line
        raise WorkflowError(f"{self.path}:{line}: {self.name}: {problem}")

    def allow_only(self, known: frozenset[str], unsupported: Mapping[str, str]) -> None:
        """Refuse every key that is not in `known`; `unsupported` has the reasons for some of them."""
        for key in self.block:
            if key in unsupported:
                self.refuse(f"`{key}` is not supported here: {unsupported[key]}", key)
            if key not in known:
                self.refuse(f"`{key}` is no key GitHub knows here; known are {', '.join(sorted(known))}.", key)

    def below(self, key: str, name: str | None = None) -> Place:
        """Return the mapping under `key`; an absent or empty one is an empty Place."""
        value = self.block.get(key)
        if value is None:
            return self.empty(key, name)
        if not isinstance(value, Block):
            self.refuse(f"`{key}` must be a mapping.", key)
        return Place(self.path, name or f"{self.name}, {key}", value)

    def empty(self, key: str, name: str | None = None) -> Place:
        """Return a Place without keys, for what has no settings."""
        block = Block()
        block.line, block.lines = self.block.lines.get(key, self.line), {}
        return Place(self.path, name or f"{self.name}, {key}", block)

    def each_below(self, key: str, name: str) -> Iterator[tuple[str, Place]]:
        """Yield the mappings of the mapping under `key`."""
        parent = self.below(key)
        for inner in parent.block:
            yield inner, parent.below(inner, f"{name} '{inner}'")

    def listed(self, key: str) -> list[Any]:
        value = self.block.get(key) or []
        if not isinstance(value, list):
            self.refuse(f"`{key}` must be a list.", key)
        return value

    def scalar(self, key: str, default: Value = None) -> Value:
        value = self.block.get(key)
        if isinstance(value, list | dict):
            self.refuse(f"`{key}` must be a single value.", key)
        return default if value is None else value

    def text(self, key: str) -> str | None:
        """Return a value in which GitHub allows no expression."""
        value = self.scalar(key)
        if isinstance(value, str) and "${{" in value:
            self.refuse(f"`{key}` may not hold an expression.", key)
        return None if value is None else to_text(value)

    def template(self, key: str, scope: Scope, default: Value = None) -> Template:
        return self._read(key, self.scalar(key, default), scope)

    def optional_template(self, key: str, scope: Scope) -> Template | None:
        return self.template(key, scope) if key in self.block else None

    def templates(self, key: str, scope: Scope) -> Templates:
        place = self.below(key)
        return {name: place.template(name, scope, "") for name in place.block}

    def template_list(self, key: str, scope: Scope) -> tuple[Template, ...]:
        return tuple(self._read(key, item, scope) for item in self.listed(key))

    def condition(self, scope: Scope) -> Expression:
        try:
            return parse_condition(self.scalar("if", "success()"), scope)
        except ExpressionError as error:
            self.refuse(f"`if`: {error}", "if")

    def _read(self, key: str, value: Value, scope: Scope) -> Template:
        try:
            return parse_template(value, scope)
        except ExpressionError as error:
            self.refuse(f"`{key}`: {error}", key)
