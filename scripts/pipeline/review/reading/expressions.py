"""Evaluates the expressions of a revision: real values where they can be known, Unknown elsewhere, never an error."""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.review.reading import allowed, calls
from pipeline.review.reading.barrier import barrier
from pipeline.review.reading.connections import SAME_WITHOUT_CALL, Connection
from pipeline.review.reading.doubts import Doubts
from pipeline.review.reading.functions import Function, Scope
from pipeline.review.reading.imports import AlembicModule
from pipeline.review.reading.operations import AlembicContext, Batch, MigrationContext, Op
from pipeline.review.reading.recorder import Recorder
from pipeline.review.reading.unknown import Unknown, as_text, holds_unknown

_BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add), ast.Sub: ("-", operator.sub), ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv), ast.FloorDiv: ("//", operator.floordiv), ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow), ast.BitOr: ("|", operator.or_), ast.BitAnd: ("&", operator.and_),
    ast.BitXor: ("^", operator.xor), ast.LShift: ("<<", operator.lshift), ast.RShift: (">>", operator.rshift),
    ast.MatMult: ("@", operator.matmul),
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: _contains(many, one), ast.NotIn: lambda one, many: not _contains(many, one),
}  # fmt: skip
_MOST_STEPS = 150_000


class TooMuch(Exception):
    """The file wants more steps than any revision written by hand."""


class Expressions:
    """The half of the interpreter that makes values; statements are in the other."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.op = Op(recorder)
        self.doubts = Doubts()
        self.depth = 0
        self.branches = 0
        self.maybe_returned = False
        self.yielded: list[Any] = []
        self.resume: Callable[[Any], None] | None = None
        """What a `with` block does where its context manager yields."""
        self._steps = 0

    def spend(self, node: ast.AST) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooMuch(getattr(node, "lineno", 0))

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

    def run_function(self, function: Function, scope: Scope) -> Any:
        raise NotImplementedError

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """Return what the expression is worth."""
        self.spend(node)
        handler = getattr(self, f"_of_{type(node).__name__}", None)
        return handler(node, scope) if handler else Unknown(_source(node))

    def effect(self, node: ast.expr, scope: Scope) -> Any:
        """Return the same for an expression whose value may not be wanted: a call out of sight is said here."""
        inner = node.value if isinstance(node, ast.Await) else node
        return calls.call(self, inner, scope, effect=True) if isinstance(inner, ast.Call) else self.value(inner, scope)

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

    def _bind_several(self, targets: list[ast.expr], value: Any, scope: Scope) -> None:
        elements = self.several(value)
        known = list(elements) if elements is not None else []
        starred = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if elements is not None and starred is not None and len(known) >= len(targets) - 1:
            after = len(targets) - starred - 1
            middle = known[starred : len(known) - after]
            known = [*known[:starred], middle, *known[len(known) - after :]]
        for place, one in enumerate(targets):
            self.bind(one, known[place] if len(known) == len(targets) else Unknown(_source(one)), scope)

    def _bind_item(self, target: ast.Subscript, value: Any, scope: Scope) -> None:
        container, key = self.value(target.value, scope), self.value(target.slice, scope)
        if self.recorder.undecided or isinstance(key, Unknown):
            self.doubts.touch(container)
        if isinstance(container, dict | list) and not isinstance(key, Unknown):
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
            return getattr(owner, name, Unknown(_source(node), imported="alembic"))
        if isinstance(owner, Function):
            return Unknown(_source(node))
        return allowed.attribute(owner, name)

    def _of_Tuple(self, node: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        return tuple(self.elements(node.elts, scope))

    def _of_List(self, node: ast.List, scope: Scope) -> list[Any]:
        return self.elements(node.elts, scope)

    def _of_Set(self, node: ast.Set, scope: Scope) -> Any:
        try:
            return set(self.elements(node.elts, scope))
        except TypeError:
            return Unknown(_source(node))

    def elements(self, nodes: list[ast.expr], scope: Scope) -> list[Any]:
        made: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                inner = self.value(node.value, scope)
                several = self.several(inner)
                made.extend([Unknown(_source(node.value))] if several is None else list(several))
            else:
                made.append(self.value(node, scope))
        return made

    def _of_Dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
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
        return made

    def _of_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> str:
        return "".join(self._part(part, scope) for part in node.values)

    def _part(self, part: ast.expr, scope: Scope) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        if not isinstance(part, ast.FormattedValue):
            return Unknown(_source(part)).placeholder
        value = self.value(part.value, scope)
        form = self._of_JoinedStr(part.format_spec, scope) if isinstance(part.format_spec, ast.JoinedStr) else ""
        if holds_unknown(value):
            return Unknown(_source(part.value)).placeholder
        try:
            return format(repr(value) if part.conversion == ord("r") else value, form)
        except Exception:  # noqa: BLE001 - A value with a format of its own; what it gives is not known.
            return Unknown(_source(part.value)).placeholder

    # Operators

    def _of_BinOp(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        sign, combine = _BINARY[type(node.op)]
        if isinstance(left, str) and sign in {"%", "+"}:
            right = as_text(right)
        elif isinstance(right, str) and sign == "+":
            left = as_text(left)
        return self._combined(node, sign, combine, left, right)

    def _combined(self, node: ast.expr, sign: str, combine: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        if isinstance(left, Unknown) or isinstance(right, Unknown) or allowed.too_large(sign, left, right):
            return Unknown(_source(node))
        try:
            return combine(left, right)
        except Exception:  # noqa: BLE001 - Whatever it is, it has no value that reading could tell.
            return Unknown(_source(node))

    def _of_UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Any:
        worth = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            decided = self.truth(worth)
            return Unknown(_source(node)) if decided is None else not decided
        return self._combined(node, "", lambda one, _: _UNARY[type(node.op)](one), worth, None)

    def _of_BoolOp(self, node: ast.BoolOp, scope: Scope) -> Any:
        ends_at = isinstance(node.op, ast.Or)
        value: Any = None
        unsure = False
        for part in node.values:
            value = self.value(part, scope)
            decided = self.truth(value)
            if decided is ends_at and not unsure:
                return value
            if decided is ends_at:
                return ends_at if ends_at is False else Unknown(_source(node))
            unsure = unsure or decided is None
        return Unknown(_source(node)) if unsure else value

    def _of_Compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.value(node.left, scope)
        for sign, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node, scope)
            held = self._compared(node, sign, left, right)
            if len(node.ops) == 1 or isinstance(held, Unknown):
                return held
            if not self.truth(held):
                return held
            left = right
        return True

    def _compared(self, node: ast.Compare, sign: ast.cmpop, left: Any, right: Any) -> Any:
        held = self._combined(node, "", _COMPARISONS[type(sign)], *_comparable(left, right))
        if self.doubts.about(left) or self.doubts.about(right) or holds_unknown(right) or holds_unknown(left):
            # What was found is there; what was not found may be.
            found = held if isinstance(sign, ast.In) else not held if isinstance(sign, ast.NotIn) else None
            return held if found is True else Unknown(_source(node))
        return held

    def _of_IfExp(self, node: ast.IfExp, scope: Scope) -> Any:
        decided = self.truth(self.value(node.test, scope))
        if decided is None:
            with self.undecided():
                self.value(node.body, scope)
                self.value(node.orelse, scope)
            return Unknown(_source(node))
        return self.value(node.body if decided else node.orelse, scope)

    def _of_Subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        container, key = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(container, Unknown):
            return Unknown(_source(node), container.imported)
        return self._combined(node, "", lambda one, other: one[other], container, key)

    def _of_Slice(self, node: ast.Slice, scope: Scope) -> Any:
        parts = [self.value(part, scope) if part is not None else None for part in (node.lower, node.upper, node.step)]
        return Unknown(_source(node)) if holds_unknown(parts) else slice(*parts)

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
        return Unknown(_source(node))

    def _of_YieldFrom(self, node: ast.YieldFrom, scope: Scope) -> Any:
        several = self.several(self.value(node.value, scope))
        self.yielded.extend([Unknown(_source(node))] if several is None else several)
        return Unknown(_source(node))

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
        return made if known else Unknown(_source(node))

    _of_GeneratorExp = _of_ListComp

    def _of_SetComp(self, node: ast.SetComp, scope: Scope) -> Any:
        made = self._of_ListComp(node, scope)
        try:
            return made if isinstance(made, Unknown) else set(made)
        except TypeError:
            return Unknown(_source(node))

    def _of_DictComp(self, node: ast.DictComp, scope: Scope) -> Any:
        made: dict[Any, Any] = {}

        def add(inner: Scope) -> None:
            key, worth = self.value(node.key, inner), self.value(node.value, inner)
            try:
                made[key] = worth
            except TypeError:
                return

        known = self._comprehend(node.generators, Scope(outer=scope), add)
        return made if known else Unknown(_source(node))

    def _comprehend(self, generators: list[ast.comprehension], scope: Scope, add: Callable[[Scope], None]) -> bool:
        """Call `add` for each round; False when it cannot be told which rounds there are."""
        if not generators:
            add(scope)
            return True
        first, rest = generators[0], generators[1:]
        several = self.several(self.value(first.iter, scope))
        if several is None:
            with self.undecided():
                self.bind(first.target, Unknown(_source(first.target)), scope)
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


def _source(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:59] + "…"


def _contains(many: Any, one: Any) -> bool:
    """Raises ValueError where an element that is not known may be the one that is looked for."""
    found: bool = one in many
    if not found and holds_unknown(many):
        raise ValueError(one)
    return found


def _comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """A column compared with something unknown is still a condition: SQL is made of it."""
    for one, other in ((left, right), (right, left)):
        if isinstance(other, Unknown) and type(one).__module__.startswith("sqlalchemy"):
            return as_text(left), as_text(right)
    return left, right
