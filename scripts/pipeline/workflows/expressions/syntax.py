"""The tree the parser makes of an expression and the evaluator walks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from pipeline.workflows.expressions.values import Value

Comparator: TypeAlias = OneOf["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Constant:
    value: Value


@dataclass(frozen=True)
class Context:
    name: str  # In lower case.


@dataclass(frozen=True)
class Index:
    """`of.key` and `of[key]`; no key stands for `of.*`."""

    of: Node
    key: Node | None


@dataclass(frozen=True)
class Call:
    function: str  # In lower case.
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    operand: Node


@dataclass(frozen=True)
class Comparison:
    operator: Comparator
    left: Node
    right: Node


@dataclass(frozen=True)
class Logical:
    """The first operand that decides, as in JavaScript: a value, not a truth."""

    operator: OneOf["&&", "||"]
    operands: tuple[Node, ...]


Node: TypeAlias = "Constant | Context | Index | Call | Not | Comparison | Logical"


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and all nodes below it."""
    yield node
    for child in _children(node):
        yield from walk(child)


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Index(of, key):
            return (of,) if key is None else (of, key)
        case Call(_, arguments):
            return arguments
        case Not(operand):
            return (operand,)
        case Comparison(_, left, right):
            return left, right
        case Logical(_, operands):
            return operands
        case _:
            return ()
