"""
Walks the statements of `upgrade()` and `downgrade()` as Python would, without running the project.

Work is bounded; a file that wants more is told as not analysed.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from pipeline.review.reading import allowed
from pipeline.review.reading.calls import is_quiet
from pipeline.review.reading.flow import Break, Continue, Flow, Raised, Return
from pipeline.review.reading.functions import Function, Scope
from pipeline.review.reading.imports import AlembicModule, import_from, import_module
from pipeline.review.reading.operations import Op
from pipeline.review.reading.unknown import Unknown

_DEEPEST = 3
"""How deep a function is followed into itself where what decides is not known: it would be walked as a tree."""


class Interpreter(Flow):
    """Plain statements; those that branch, and expressions, are in the base classes."""

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
        if self.recorder.undecided and self.running.count(function.node) >= _DEEPEST:
            self.recorder.not_followed(
                f"how often {function.name} calls itself is not known before it runs", function.node
            )
            return Unknown(function.name)
        self.depth += 1
        self.running.append(function.node)
        try:
            return self._run(function, scope)
        finally:
            self.depth -= 1
            self.running.pop()

    def _run(self, function: Function, scope: Scope) -> Any:
        if isinstance(function.node, ast.Lambda):
            return self.value(function.node.body, scope)
        if _yields(function.node):
            return self._generated(function.node, scope)
        before, self.branches = self.branches, 0
        maybe, self.maybe_returned = self.maybe_returned, False
        try:
            self.block(function.node.body, scope)
        except Return as returned:
            return Unknown(f"{function.name}(…)") if self.maybe_returned else returned.value
        finally:
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


def _yields(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))


def _as_load(target: ast.expr) -> ast.expr:
    loaded = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(loaded, target)
