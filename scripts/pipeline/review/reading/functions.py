"""Functions that a revision defines, and how their arguments find their parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.review.reading.unknown import Unknown


@dataclass
class Scope:
    """Names of a function, a class body or the module, and where to look further."""

    names: dict[str, Any] = field(default_factory=dict)
    outer: Scope | None = None
    globals_: set[str] = field(default_factory=set)
    """Names that `global` or `nonlocal` sends outwards."""

    def lookup(self, name: str) -> tuple[bool, Any]:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return True, scope.names[name]
            scope = scope.outer
        return False, None

    def assign(self, name: str, value: Any) -> None:
        if name in self.globals_ and self.outer is not None:
            self.outer.assign_where_it_is(name, value)
        else:
            self.names[name] = value

    def assign_where_it_is(self, name: str, value: Any) -> None:
        scope = self
        while name not in scope.names and scope.outer is not None:
            scope = scope.outer
        scope.names[name] = value


@dataclass(frozen=True)
class Either:
    """One of several functions, and nobody can tell which: it was defined in branches of an `if`."""

    functions: tuple[Function, ...]


@dataclass
class Function:
    """
    A function or lambda of the reviewed file. It can be called by real code too (`sorted(key=…)`).

    `run` interprets its body in a scope that holds the bound arguments.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    defaults: list[Any]
    keyword_defaults: dict[str, Any]
    run: Callable[[Function, Scope], Any]
    manages: bool = False
    """True for a generator under `contextlib.contextmanager`: a `with` block runs where it yields."""

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "lambda")

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.run(self, self.bind(list(arguments), keywords))

    def __hash__(self) -> int:
        return id(self)

    def bind(self, given: list[Any], keywords: dict[str, Any]) -> Scope:
        """A parameter that nothing was given for is Unknown: calling it wrongly is Python's to find."""
        spec = self.node.args
        names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
        bound: dict[str, Any] = dict(zip(names[len(names) - len(self.defaults) :], self.defaults, strict=True))
        bound |= self.keyword_defaults
        bound |= dict(zip(names, given, strict=False))
        rest = dict(keywords)
        for name in [*names, *(parameter.arg for parameter in spec.kwonlyargs)]:
            if name in rest:
                bound[name] = rest.pop(name)
            bound.setdefault(name, Unknown(name))
        if spec.vararg:
            bound[spec.vararg.arg] = tuple(given[len(names) :])
        if spec.kwarg:
            bound[spec.kwarg.arg] = rest
        return Scope(bound, self.scope)
