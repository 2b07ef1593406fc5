"""
Walks the statements of `upgrade()` and `downgrade()` as Python would, without running the project.

What cannot be decided is read both ways: each branch of an `if`, the body of a loop once, every `except`. Work is
bounded; a file that wants more is told as not analysed.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pipeline.review.reading import allowed
from pipeline.review.reading.calls import is_quiet
from pipeline.review.reading.connections import Session
from pipeline.review.reading.expressions import Expressions
from pipeline.review.reading.functions import Function, Scope
from pipeline.review.reading.imports import AlembicModule, import_from, import_module
from pipeline.review.reading.operations import Batch, Op
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


class Interpreter(Expressions):
    """Statements; expressions are in the base class."""

    def read_module(self, tree: ast.Module) -> Scope:
        """Bind the names that the module defines. Operations at its top are no part of a direction."""
        scope = Scope()
        for node in tree.body:
            try:
                self.statement(node, scope)
            except (Return, Break, Continue, Raised):
                break
        return scope

    def run_function(self, function: Function, scope: Scope) -> Any:
        if self.depth > 25:
            self.recorder.not_followed(f"{function.name} calls itself too deeply to be followed", function.node)
            return Unknown(function.name)
        if isinstance(function.node, ast.Lambda):
            return self.value(function.node.body, scope)
        if _yields(function.node):
            return self._generated(function.node, scope)
        self.depth += 1
        before, self.branches = self.branches, 0
        maybe, self.maybe_returned = self.maybe_returned, False
        try:
            self.block(function.node.body, scope)
        except Return as returned:
            return Unknown(f"{function.name}(…)") if self.maybe_returned else returned.value
        finally:
            self.depth -= 1
            self.branches = before
            self.maybe_returned = maybe
        return None

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        for node in body:
            self.statement(node, scope)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        self.spend(node)
        before, self.recorder.node = self.recorder.node, node
        try:
            handler = getattr(self, f"_do_{type(node).__name__}", None)
            if handler is None:
                self.recorder.not_followed(f"{type(node).__name__} is not followed", node)
            else:
                handler(node, scope)
        finally:
            self.recorder.node = before

    def _generated(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> list[Any]:
        """A generator's values, all at once: its statements are read where it is called."""
        before, self.yielded = self.yielded, []
        try:
            self.block(node.body, scope)
        except Return:
            pass
        finally:
            made, self.yielded = self.yielded, before
        return made

    # Definitions and bindings

    def _do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        made: Any = self.function(node, scope)
        for decorator in reversed(node.decorator_list):
            made = self._decorated(made, self.value(decorator, scope), node)
        self.doubts.assign(scope, node.name, made)

    def _decorated(self, function: Any, decorator: Any, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Any:
        """A decorator of the file is called; one from elsewhere leaves the function as it is, and is said."""
        if isinstance(decorator, Function):
            return decorator(function)
        imported = getattr(decorator, "imported", None) or ""
        if isinstance(function, Function) and imported == "contextlib":
            return replace(function, manages=True)
        if isinstance(decorator, Unknown) and not is_quiet(decorator):
            self.recorder.not_followed(f"the decorator {decorator.source} of {node.name} is not read", node)
        return function

    _do_AsyncFunctionDef = _do_FunctionDef

    def _do_ClassDef(self, node: ast.ClassDef, scope: Scope) -> None:
        self.doubts.assign(scope, node.name, self._class(node, scope))

    def _class(self, node: ast.ClassDef, scope: Scope) -> Any:
        """An enum is made for real: its labels are what matters. Any other class is not known."""
        bases = [self.value(base, scope) for base in node.bases]
        inner = Scope(outer=scope)
        if not bases or not all(isinstance(base, type) and allowed.is_enum_like(base) for base in bases):
            self._look_for_operations(node, scope)
            return Unknown(node.name)
        self.block([part for part in node.body if isinstance(part, ast.Assign)], inner)
        labels = {name: value for name, value in inner.names.items() if not isinstance(value, Unknown)}
        return allowed.make_enum(node.name, tuple(bases), labels) or Unknown(node.name)

    def _look_for_operations(self, node: ast.ClassDef, scope: Scope) -> None:
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if any(isinstance(scope.lookup(name)[1], Op | AlembicModule) for name in names):
            self.recorder.not_followed(f"the operations in class {node.name} are not followed", node)

    def _do_Import(self, node: ast.Import, scope: Scope) -> None:
        for name in node.names:
            bound, value = import_module(name, self.op)
            self.doubts.assign(scope, bound, value)

    def _do_ImportFrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        for bound, value in import_from(node, self.op):
            self.doubts.assign(scope, bound, value)

    def _do_Assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)

    def _do_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value, scope), scope)

    def _do_AugAssign(self, node: ast.AugAssign, scope: Scope) -> None:
        combined = ast.copy_location(ast.BinOp(_as_load(node.target), node.op, node.value), node)
        self.bind(node.target, self.value(combined, scope), scope)

    def _do_Global(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        scope.globals_.update(node.names)

    _do_Nonlocal = _do_Global

    def _do_Delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.names.pop(target.id, None)

    # Effects

    def _do_Expr(self, node: ast.Expr, scope: Scope) -> None:
        if isinstance(node.value, ast.Constant):
            return
        self.effect(node.value, scope)

    def _do_Pass(self, _node: ast.Pass, _scope: Scope) -> None:
        """Nothing."""

    def _do_Assert(self, node: ast.Assert, scope: Scope) -> None:
        self.value(node.test, scope)

    def _do_Return(self, node: ast.Return, scope: Scope) -> None:
        value = self.effect(node.value, scope) if node.value is not None else None
        if not self.branches:
            raise Return(value)
        self.maybe_returned = True

    def _do_Raise(self, node: ast.Raise, _scope: Scope) -> None:
        if not self.branches:
            raise Raised(ast.unparse(node))

    def _do_Break(self, _node: ast.Break, _scope: Scope) -> None:
        if not self.branches:
            raise Break

    def _do_Continue(self, _node: ast.Continue, _scope: Scope) -> None:
        if not self.branches:
            raise Continue

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


def _yields(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))


def _as_load(target: ast.expr) -> ast.expr:
    loaded = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(loaded, target)
