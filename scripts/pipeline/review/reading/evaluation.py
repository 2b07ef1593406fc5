"""What evaluating needs, whatever the expression is: a limit, the state of doubt, truth, elements, binding of names."""

from __future__ import annotations

import ast
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from pipeline.review.reading import calls, limits
from pipeline.review.reading.barrier import barrier
from pipeline.review.reading.connections import Connection
from pipeline.review.reading.doubts import Doubts
from pipeline.review.reading.functions import Function, Scope
from pipeline.review.reading.operations import Batch, Op
from pipeline.review.reading.recorder import Recorder
from pipeline.review.reading.unknown import Unknown

_MOST_STEPS = 150_000


class TooMuch(Exception):
    """The file wants more steps than any revision written by hand."""


class Evaluation(ABC):
    """What every expression needs; what each kind of it is worth, the classes below say."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.op = Op(recorder)
        self.doubts = Doubts()
        self.depth = 0
        self.running: list[ast.AST] = []
        """The functions that are being walked, the innermost last."""
        self.branches = 0
        self.maybe_returned = False
        self.yielded: list[Any] = []
        self.resume: Callable[[Any], None] | None = None
        """What a `with` block does where its context manager yields."""
        self._steps = 0
        self._made = 0

    def spend(self, node: ast.AST) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooMuch(getattr(node, "lineno", 0))

    def made(self, value: Any) -> Any:
        """Return `value`, which was just made, and count how much all of them come to."""
        self._made += 1 if isinstance(value, range | Decimal) else limits.size(value)
        if self._made > limits.MADE:
            raise TooMuch
        return value

    @contextmanager
    def undecided(self) -> Iterator[None]:
        self.branches += 1
        self.recorder.undecided += 1
        try:
            with self.doubts.branch():
                yield
        finally:
            self.branches -= 1
            self.recorder.undecided -= 1

    @abstractmethod
    def run_function(self, function: Function, scope: Scope) -> Any:
        """Return what a function of the file returns."""

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """Return what the expression is worth."""
        self.spend(node)
        handler = getattr(self, f"_of_{type(node).__name__}", None)
        return handler(node, scope) if handler else Unknown(source_of(node))

    def effect(self, node: ast.expr, scope: Scope) -> Any:
        """Return the same for an expression whose value may not be wanted: a call out of sight is said here."""
        inner = node.value if isinstance(node, ast.Await) else node
        return calls.call(self, inner, scope, effect=True) if isinstance(inner, ast.Call) else self.value(inner, scope)

    def elements(self, nodes: list[ast.expr], scope: Scope) -> list[Any]:
        made: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                inner = self.value(node.value, scope)
                several = self.several(inner)
                made.extend([Unknown(source_of(node.value))] if several is None else list(several))
            else:
                made.append(self.value(node, scope))
        return made

    @abstractmethod
    def attribute(self, owner: Any, name: str, node: ast.expr) -> Any:
        """Return `owner.name`."""

    def truth(self, value: Any) -> bool | None:
        """Return whether `value` is true, None when that cannot be told."""
        if isinstance(value, Unknown) or self.doubts.about(value):
            return None
        try:
            return bool(value)
        except Exception:  # noqa: BLE001 - SQLAlchemy's clauses raise; nobody can decide by them.
            return None

    def several(self, value: Any) -> Iterator[Any] | None:
        """Return the elements of `value`, None when they cannot be told."""
        if isinstance(value, Unknown | Function | Op | Batch | Connection):
            return None
        if self.doubts.about(value) and not value:
            return None
        try:
            with barrier():
                # At once and bounded: a `map` calls its function only now, a `count` never ends.
                return iter(list(itertools.islice(iter(value), _MOST_STEPS)))
        except Exception:  # noqa: BLE001 - The same.
            return None

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Assign `value` to a name, or to several; parts of an Unknown are Unknown."""
        if isinstance(target, ast.Name):
            self.doubts.assign(scope, target.id, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value, scope)
        elif isinstance(target, ast.Tuple | ast.List):
            self._bind_several(target.elts, value, scope)
        elif isinstance(target, ast.Subscript):
            self._bind_item(target, value, scope)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            if isinstance(owner, Connection) and target.attr in {"autocommit", "isolation_level"}:
                owner.set_autocommit(value)

    def _bind_several(self, targets: list[ast.expr], value: Any, scope: Scope) -> None:
        elements = self.several(value)
        known = list(elements) if elements is not None else []
        starred = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if elements is not None and starred is not None and len(known) >= len(targets) - 1:
            after = len(targets) - starred - 1
            middle = known[starred : len(known) - after]
            known = [*known[:starred], middle, *known[len(known) - after :]]
        for place, one in enumerate(targets):
            self.bind(one, known[place] if len(known) == len(targets) else Unknown(source_of(one)), scope)

    def _bind_item(self, target: ast.Subscript, value: Any, scope: Scope) -> None:
        container, key = self.value(target.value, scope), self.value(target.slice, scope)
        if self.recorder.undecided or isinstance(key, Unknown):
            self.doubts.touch(container)
        if limits.is_heavy(value):
            self.doubts.touch(container)
        elif isinstance(container, dict | list) and not isinstance(key, Unknown):
            try:
                container[key] = value
            except (TypeError, IndexError, KeyError):
                return

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> Function:
        spec = node.args
        keywords = {
            parameter.arg: self.value(default, scope)
            for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
            if default is not None
        }
        return Function(node, scope, [self.value(one, scope) for one in spec.defaults], keywords, self.run_function)


def source_of(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:59] + "…"
