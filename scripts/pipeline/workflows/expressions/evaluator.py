"""
Gives an expression its value.

Looking for what is not there is no error but null, all the way down: `steps.typo.outputs.x` is empty text.
That is GitHub's choice, and why names are checked against the scope when an expression is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipeline.workflows.expressions.functions import BUILT_IN
from pipeline.workflows.expressions.lexer import ExpressionError
from pipeline.workflows.expressions.parser import parse
from pipeline.workflows.expressions.scope import STATUS_FUNCTIONS, Scope
from pipeline.workflows.expressions.syntax import (
    Call,
    Comparator,
    Comparison,
    Constant,
    Context,
    Index,
    Logical,
    Node,
    Not,
    walk,
)
from pipeline.workflows.expressions.values import (
    CaseSensitive,
    Filtered,
    Value,
    fold,
    is_equal,
    is_less,
    is_primitive,
    is_truthy,
    to_number,
    to_text,
)

Functions = Mapping[str, Callable[..., Value]]


@dataclass(frozen=True)
class Expression:
    """An expression that was read and whose names are known."""

    source: str
    node: Node

    @property
    def asks_for_status(self) -> bool:
        """Whether one of success(), failure(), always() and cancelled() is called, at any depth."""
        return any(isinstance(node, Call) and node.function in STATUS_FUNCTIONS for node in walk(self.node))

    def evaluate(self, contexts: Mapping[str, Value], functions: Functions | None = None) -> Value:
        """
        Return the value; `contexts` and `functions` have names in lower case.

        A context the scope allowed and `contexts` lacks is null. Raises ExpressionError.
        """
        try:
            return _Evaluation(contexts, functions or {}).value(self.node)
        except ExpressionError as error:
            raise ExpressionError(f"{error} (in the expression: {self.source.strip()})") from error


def parse_expression(source: str, scope: Scope) -> Expression:
    """Read `source`, which has no `${{`; raise ExpressionError if it names what `scope` lacks."""
    return Expression(source, parse(source, scope))


@dataclass(frozen=True)
class _Evaluation:
    contexts: Mapping[str, Value]
    functions: Functions

    def value(self, node: Node) -> Value:
        match node:
            case Constant(value):
                return value
            case Context(name):
                return self.contexts.get(name)
            case Index(of, None):
                return _items(self.value(of))
            case Index(of, key) if key is not None:
                return _look_up(self.value(of), self.value(key))
            case Call(function, arguments):
                values = [self.value(argument) for argument in arguments]
                call = BUILT_IN[function].call if function in BUILT_IN else self.functions[function]
                return call(*values)
            case Not(operand):
                return not is_truthy(self.value(operand))
            case Comparison(operator, left, right):
                return _compare(operator, self.value(left), self.value(right))
            case Logical(operator, operands):
                return self._first_that_decides(operator == "||", operands)
        raise AssertionError(node)

    def _first_that_decides(self, deciding: bool, operands: Iterable[Node]) -> Value:
        value: Value = None
        for operand in operands:
            value = self.value(operand)
            if is_truthy(value) is deciding:
                break
        return value


def _compare(operator: Comparator, left: Value, right: Value) -> bool:
    match operator:
        case "==":
            return is_equal(left, right)
        case "!=":
            return not is_equal(left, right)
        case "<":
            return is_less(left, right)
        case ">":
            return is_less(right, left)
        case "<=":
            return is_less(left, right) or is_equal(left, right)
        case ">=":
            return is_less(right, left) or is_equal(left, right)


def _items(value: Value) -> Filtered:
    """`value.*`: of an array that `.*` made, the items of its items."""
    if isinstance(value, Filtered):
        return Filtered(inner for item in value for inner in _direct_items(item))
    return Filtered(_direct_items(value))


def _direct_items(value: Value) -> Iterable[Value]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def _look_up(value: Value, key: Value) -> Value:
    if isinstance(value, Filtered):
        return Filtered(found for item in value for found in _find(item, key))
    return next(iter(_find(value, key)), None)


def _find(value: Value, key: Value) -> list[Value]:
    """Return what `value` has under `key` as the only item, or nothing: a null that is there differs."""
    if isinstance(value, Mapping):
        if not is_primitive(key):
            return []
        if isinstance(value, CaseSensitive):
            return [value[to_text(key)]] if to_text(key) in value else []
        wanted = fold(to_text(key))
        return [item for name, item in value.items() if fold(name) == wanted][:1]
    if isinstance(value, list | tuple):
        number = to_number(key)
        if math.isfinite(number) and 0 <= number < len(value):
            return [value[math.floor(number)]]
    return []
