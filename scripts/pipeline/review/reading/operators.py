"""What operators, comparisons, conditions and subscripts are worth."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from pipeline.review.reading import limits
from pipeline.review.reading.evaluation import Evaluation, source_of
from pipeline.review.reading.functions import Scope
from pipeline.review.reading.reflected import from_metadata
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


class Operators(Evaluation):
    """The expressions that combine others."""

    def _of_BinOp(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        sign, combine = _BINARY[type(node.op)]
        if isinstance(left, str) and sign in {"%", "+"}:
            right = as_text(right)
        elif isinstance(right, str) and sign == "+":
            left = as_text(left)
        return self._combined(node, sign, combine, left, right)

    def _combined(self, node: ast.expr, sign: str, combine: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        if isinstance(left, Unknown) or isinstance(right, Unknown) or limits.too_large(sign, left, right):
            return Unknown(source_of(node))
        try:
            return self.made(combine(left, right))
        except Exception:  # noqa: BLE001 - Whatever it is, it has no value that reading could tell.
            return Unknown(source_of(node))

    def _of_UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Any:
        worth = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            decided = self.truth(worth)
            return Unknown(source_of(node)) if decided is None else not decided
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
                return ends_at if ends_at is False else Unknown(source_of(node))
            unsure = unsure or decided is None
        return Unknown(source_of(node)) if unsure else value

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
        if isinstance(held, Unknown):
            return held
        if self.doubts.about(left) or self.doubts.about(right) or holds_unknown(right) or holds_unknown(left):
            # What was found is there; what was not found may be.
            found = held if isinstance(sign, ast.In) else not held if isinstance(sign, ast.NotIn) else None
            return held if found is True else Unknown(source_of(node))
        return held

    def _of_IfExp(self, node: ast.IfExp, scope: Scope) -> Any:
        decided = self.truth(self.value(node.test, scope))
        if decided is None:
            with self.undecided():
                one, other = self.value(node.body, scope), self.value(node.orelse, scope)
            if isinstance(one, str) and isinstance(other, str):
                return self._longer(node, one, other)
            return Unknown(source_of(node))
        return self.value(node.body if decided else node.orelse, scope)

    def _longer(self, node: ast.IfExp, one: str, other: str) -> str:
        """`"CONCURRENTLY " if … else ""` is a part of a statement, which is read with it, and that is said."""
        test = source_of(node.test)
        left, chosen = sorted((one, other), key=len)
        self.recorder.not_followed(f"{test} is not known before it runs: {chosen!r} is read, not {left!r}")
        return chosen

    def _of_Subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        container, key = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(container, Unknown):
            return Unknown(source_of(node), container.imported)
        table = from_metadata(container, key)
        if table is not None:
            return table
        return self._combined(node, "", lambda one, other: one[other], container, key)

    def _of_Slice(self, node: ast.Slice, scope: Scope) -> Any:
        parts = [self.value(part, scope) if part is not None else None for part in (node.lower, node.upper, node.step)]
        return Unknown(source_of(node)) if holds_unknown(parts) else slice(*parts)


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
