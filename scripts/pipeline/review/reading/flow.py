"""
Where a revision branches, repeats and enters: `if`, `match`, `try`, loops and `with`.

What cannot be decided is read both ways: each branch of an `if`, the body of a loop once, every `except`.
"""

from __future__ import annotations

import ast
import itertools
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.review.reading import allowed
from pipeline.review.reading.connections import Session
from pipeline.review.reading.expressions import Expressions
from pipeline.review.reading.functions import Function, Scope
from pipeline.review.reading.operations import Batch
from pipeline.review.reading.unknown import Unknown

_ROUNDS = 500
"""How many rounds of one loop are walked; nobody writes a revision with more by hand."""


class Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class Break(Exception):
    """`break`, on its way to its loop."""


class Continue(Exception):
    """`continue`, on its way to its loop."""


class Raised(Exception):
    """The file raises here, whatever the database holds."""


class Flow(Expressions):
    """The statements that decide which others run, and how often; the plain ones are in the interpreter."""

    @abstractmethod
    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        """Do each statement in turn."""

    # Branches

    def _do_If(self, node: ast.If, scope: Scope) -> None:
        decided = self.truth(self.value(node.test, scope))
        if decided is None:
            with self.undecided():
                self.block(node.body, scope)
                self.block(node.orelse, scope)
        else:
            self.block(node.body if decided else node.orelse, scope)

    def _do_Match(self, node: ast.Match, scope: Scope) -> None:
        self.value(node.subject, scope)
        with self.undecided():
            for case in node.cases:
                for part in ast.walk(case.pattern):
                    name = getattr(part, "name", None) or getattr(part, "rest", None)
                    if isinstance(name, str):
                        scope.assign(name, Unknown(name))
                self.block(case.body, scope)

    def _do_Try(self, node: ast.Try, scope: Scope) -> None:
        try:
            self.block(node.body, scope)
        except Raised:
            if not node.handlers:
                raise
        else:
            self.block(node.orelse, scope)
        finally:
            with self.undecided():
                for handler in node.handlers:
                    if handler.name:
                        scope.assign(handler.name, Unknown(handler.name))
                    self.block(handler.body, scope)
            self.block(node.finalbody, scope)

    _do_TryStar = _do_Try

    # Loops

    def _do_For(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        values = self.several(self.value(node.iter, scope))
        if values is None:
            with self.undecided():
                self.bind(node.target, Unknown(ast.unparse(node.target)), scope)
                self._round(node.body, scope)
            self.block(node.orelse, scope)
            return
        rounds = list(itertools.islice(values, _ROUNDS + 1))
        if len(rounds) > _ROUNDS:
            self.recorder.not_followed(f"only {_ROUNDS} rounds of this loop were read", node)
        for value in rounds[:_ROUNDS]:
            self.bind(node.target, value, scope)
            if not self._round(node.body, scope):
                return
        self.block(node.orelse, scope)

    _do_AsyncFor = _do_For

    def _do_While(self, node: ast.While, scope: Scope) -> None:
        for _ in range(_ROUNDS):
            decided = self.truth(self.value(node.test, scope))
            if decided is None or self._waits_for_data(node):
                with self.undecided():
                    self._round(node.body, scope)
                return
            if not decided or not self._round(node.body, scope):
                return
        self.recorder.not_followed(f"only {_ROUNDS} rounds of this loop were read", node)

    def _waits_for_data(self, node: ast.While) -> bool:
        """`while True` ends by what the database answers: one round shows what it does."""
        return isinstance(node.test, ast.Constant)

    def _round(self, body: list[ast.stmt], scope: Scope) -> bool:
        """Walk the body of a loop once; False when it broke out of it."""
        try:
            self.block(body, scope)
        except Break:
            return False
        except Continue:
            return True
        return True

    def _do_With(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        self._with(list(node.items), node, scope)

    _do_AsyncWith = _do_With

    def _with(self, items: list[ast.withitem], node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        if not items:
            self.block(node.body, scope)
            return
        item, rest = items[0], items[1:]
        if self._managed(item, rest, node, scope):
            return
        manager = self.effect(item.context_expr, scope)
        with self._entered(manager) as value:
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
            self._with(rest, node, scope)

    def _managed(
        self, item: ast.withitem, rest: list[ast.withitem], node: ast.With | ast.AsyncWith, scope: Scope
    ) -> bool:
        """Run a context manager of the file, and the block where it yields; False when it is none."""
        if not isinstance(item.context_expr, ast.Call):
            return False
        function = self.value(item.context_expr.func, scope)
        if not isinstance(function, Function) or not function.manages:
            return False

        def block(value: Any) -> None:
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
            self._with(rest, node, scope)

        before, self.resume = self.resume, block
        try:
            self.value(item.context_expr, scope)
        finally:
            self.resume = before
        return True

    @contextmanager
    def _entered(self, manager: Any) -> Iterator[Any]:
        if isinstance(manager, Batch | Session) or not allowed.is_our_context_manager(manager):
            yield manager
            return
        with manager as value:
            yield value
