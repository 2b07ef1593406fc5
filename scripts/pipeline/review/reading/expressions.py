"""Evaluates the expressions of a revision: real values where they can be known, Unknown elsewhere, never an error."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from pipeline.review.reading import allowed, calls, limits
from pipeline.review.reading.connections import SAME_WITHOUT_CALL, Connection
from pipeline.review.reading.evaluation import source_of
from pipeline.review.reading.functions import Function, Scope
from pipeline.review.reading.imports import AlembicModule
from pipeline.review.reading.operations import AlembicContext, Batch, MigrationContext, Op
from pipeline.review.reading.operators import Operators
from pipeline.review.reading.reflected import Columns, ReflectedTable, named
from pipeline.review.reading.unknown import Unknown, holds_unknown


class Expressions(Operators):
    """The half of the interpreter that makes values; statements are in the other."""

    # Plain values

    def _of_Constant(self, node: ast.Constant, _scope: Scope) -> Any:
        return node.value

    def _of_Name(self, node: ast.Name, scope: Scope) -> Any:
        known, value = scope.lookup(node.id)
        if known:
            return value
        return allowed.builtin(node.id)

    def _of_Attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self.attribute(self.value(node.value, scope), node.attr, node)

    def attribute(self, owner: Any, name: str, node: ast.expr) -> Any:
        if isinstance(owner, Unknown):
            return Unknown(f"{owner.source}.{name}", owner.imported)
        if isinstance(owner, Connection) and name in SAME_WITHOUT_CALL:
            return owner
        if isinstance(owner, Op | Batch | Connection):
            function = owner.method(name)
            if function is not None:
                return calls.Method(name, function)
            return getattr(owner, name) if name in {"dialect", "name"} and hasattr(owner, name) else calls.Missing(name)
        if isinstance(owner, AlembicModule | AlembicContext | MigrationContext):
            return getattr(owner, name, Unknown(source_of(node), imported="alembic"))
        if isinstance(owner, Function):
            return Unknown(source_of(node))
        if isinstance(owner, Columns):
            return named(owner.table, name)
        if isinstance(owner, ReflectedTable) and name in {"c", "columns"}:
            return Columns(owner)
        return allowed.attribute(owner, name)

    def _of_Tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        return self._sized(node, tuple(self.elements(node.elts, scope)))

    def _of_List(self, node: ast.List, scope: Scope) -> Any:
        return self._sized(node, self.elements(node.elts, scope))

    def _sized(self, node: ast.expr, made: Any) -> Any:
        """Return a container that was just made, or an Unknown for one with more in it than can be walked through."""
        return Unknown(source_of(node)) if limits.is_heavy(made) else self.made(made)

    def _of_Set(self, node: ast.Set, scope: Scope) -> Any:
        try:
            return self._sized(node, set(self.elements(node.elts, scope)))
        except TypeError:
            return Unknown(source_of(node))

    def _of_Dict(self, node: ast.Dict, scope: Scope) -> Any:
        made: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            worth = self.value(value, scope)
            if key is None:
                made.update(worth if isinstance(worth, dict) else {})
                continue
            try:
                made[self.value(key, scope)] = worth
            except TypeError:
                continue
        return self._sized(node, made)

    def _of_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> str:
        made = "".join(self._part(part, scope) for part in node.values)
        return Unknown(source_of(node)).placeholder if limits.is_heavy(made) else str(self.made(made))

    def _part(self, part: ast.expr, scope: Scope) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        if not isinstance(part, ast.FormattedValue):
            return Unknown(source_of(part)).placeholder
        value = self.value(part.value, scope)
        form = self._of_JoinedStr(part.format_spec, scope) if isinstance(part.format_spec, ast.JoinedStr) else ""
        if limits.is_heavy(value) or limits.width(form) > limits.LARGEST or holds_unknown(value):
            return Unknown(source_of(part.value)).placeholder
        try:
            return format(repr(value) if part.conversion == ord("r") else value, form)
        except Exception:  # noqa: BLE001 - A value with a format of its own; what it gives is not known.
            return Unknown(source_of(part.value)).placeholder

    def _of_NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        worth = self.value(node.value, scope)
        self.bind(node.target, worth, scope)
        return worth

    def _of_Await(self, node: ast.Await, scope: Scope) -> Any:
        return self.value(node.value, scope)

    def _of_Yield(self, node: ast.Yield, scope: Scope) -> Any:
        value = self.value(node.value, scope) if node.value is not None else None
        self.yielded.append(value)
        if self.resume is not None:
            resume, self.resume = self.resume, None
            resume(value)
        return Unknown(source_of(node))

    def _of_YieldFrom(self, node: ast.YieldFrom, scope: Scope) -> Any:
        several = self.several(self.value(node.value, scope))
        self.yielded.extend([Unknown(source_of(node))] if several is None else several)
        return Unknown(source_of(node))

    def _of_Lambda(self, node: ast.Lambda, scope: Scope) -> Function:
        return self.function(node, scope)

    def _of_Call(self, node: ast.Call, scope: Scope) -> Any:
        return calls.call(self, node, scope)

    # Comprehensions

    def _of_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Any:
        made: list[Any] = []
        known = self._comprehend(
            node.generators, Scope(outer=scope), lambda inner: made.append(self.value(node.elt, inner))
        )
        return self._sized(node, made) if known else Unknown(source_of(node))

    _of_GeneratorExp = _of_ListComp

    def _of_SetComp(self, node: ast.SetComp, scope: Scope) -> Any:
        made = self._of_ListComp(node, scope)
        try:
            return made if isinstance(made, Unknown) else set(made)
        except TypeError:
            return Unknown(source_of(node))

    def _of_DictComp(self, node: ast.DictComp, scope: Scope) -> Any:
        made: dict[Any, Any] = {}

        def add(inner: Scope) -> None:
            key, worth = self.value(node.key, inner), self.value(node.value, inner)
            try:
                made[key] = worth
            except TypeError:
                return

        known = self._comprehend(node.generators, Scope(outer=scope), add)
        return self._sized(node, made) if known else Unknown(source_of(node))

    def _comprehend(self, generators: list[ast.comprehension], scope: Scope, add: Callable[[Scope], None]) -> bool:
        """Call `add` for each round; False when it cannot be told which rounds there are."""
        if not generators:
            add(scope)
            return True
        first, rest = generators[0], generators[1:]
        several = self.several(self.value(first.iter, scope))
        if several is None:
            with self.undecided():
                self.bind(first.target, Unknown(source_of(first.target)), scope)
                self._comprehend(rest, scope, add)
            return False
        known = True
        for worth in several:
            self.spend(first.iter)
            self.bind(first.target, worth, scope)
            held = [self.truth(self.value(test, scope)) for test in first.ifs]
            known = known and None not in held
            if False not in held:
                known = self._comprehend(rest, scope, add) and known
        return known
