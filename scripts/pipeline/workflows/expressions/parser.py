"""
Makes a tree of an expression's tokens.

Precedence, from loosest: `||`, `&&`, `==` and `!=`, the four order comparisons, `!`, then `.` and `[]`.
Names are checked here against the scope, so that an unknown one is found when the file is read, not when
the step that says it runs, which for an `if: failure()` may be never until it matters.
"""

from __future__ import annotations

from typing import Literal, NoReturn, cast

from pipeline.workflows.expressions.functions import BUILT_IN
from pipeline.workflows.expressions.lexer import Token, lex, refuse
from pipeline.workflows.expressions.scope import Scope
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
)

DEEPEST = 50  # GitHub's own limit.


def parse(source: str, scope: Scope) -> Node:
    """Return the tree of `source`; raise ExpressionError where it cannot be one in this `scope`."""
    parser = _Parser(source, scope)
    node = parser.logical("||")
    if parser.token.kind != "end":
        parser.refuse("Unexpected symbol")
    return node


class _Parser:
    def __init__(self, source: str, scope: Scope) -> None:
        self._source = source
        self._scope = scope
        self._tokens = iter(lex(source))
        self._depth = 0
        self.token = next(self._tokens)

    def refuse(self, problem: str, token: Token | None = None) -> NoReturn:
        token = token or self.token
        if token.kind == "end" and problem == "Unexpected symbol":
            problem = "Unexpected end of expression"
        refuse(problem, token, self._source)

    def logical(self, operator: Literal["&&", "||"]) -> Node:
        operands = [self._logical_operand(operator)]
        while self._takes(operator):
            operands.append(self._logical_operand(operator))
        return Logical(operator, tuple(operands)) if len(operands) > 1 else operands[0]

    def _logical_operand(self, operator: Literal["&&", "||"]) -> Node:
        return self.logical("&&") if operator == "||" else self._equality()

    def _equality(self) -> Node:
        node = self._order()
        while taken := self._takes("==", "!="):
            node = Comparison(cast(Comparator, taken), node, self._order())
        return node

    def _order(self) -> Node:
        node = self._unary()
        while taken := self._takes("<", "<=", ">", ">="):
            node = Comparison(cast(Comparator, taken), node, self._unary())
        return node

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            self.refuse(f"Exceeded max expression depth {DEEPEST}")
        node = Not(self._unary()) if self._takes("!") else self._indexed()
        self._depth -= 1
        return node

    def _indexed(self) -> Node:
        opening = self.token
        node = self._primary()
        if opening.kind == "literal":
            return node  # GitHub does not look into literals: 'a'[0] is an error.
        while taken := self._takes(".", "["):
            if self._takes("*"):
                node = Index(node, None)
            elif taken == "[":
                node = Index(node, self.logical("||"))
            else:
                node = Index(node, Constant(self._take_name().text))
            if taken == "[":
                self._expect("]")
        return node

    def _primary(self) -> Node:
        token = self.token
        if token.kind == "literal":
            self._advance()
            return Constant(token.value)
        if self._takes("("):
            node = self.logical("||")
            self._expect(")")
            return node
        name = self._take_name()
        if self._takes("("):
            return self._call(name)
        if name.text.lower() not in self._scope.contexts:
            self.refuse("Unrecognized named-value", name)
        return Context(name.text.lower())

    def _call(self, name: Token) -> Node:
        arguments: list[Node] = []
        while not self._takes(")"):
            arguments.append(self.logical("||"))
            if self.token.text != ")":
                self._expect(",")
        function = name.text.lower()
        known = BUILT_IN.get(function)
        arity = known.arity if known else self._scope.arity(function)
        if arity is None:
            self.refuse("Unrecognized function", name)
        if len(arguments) < arity[0]:
            self.refuse("Too few parameters supplied", name)
        if len(arguments) > arity[1]:
            self.refuse("Too many parameters supplied", name)
        if function == "case" and len(arguments) % 2 == 0:
            self.refuse("Even number of parameters supplied, requires an odd number of parameters", name)
        return Call(function, tuple(arguments))

    def _take_name(self) -> Token:
        token = self.token
        if token.kind != "name":
            self.refuse("Unexpected symbol")
        self._advance()
        return token

    def _takes(self, *symbols: str) -> str | None:
        """Go past the next token if it is one of `symbols`, and return which."""
        token = self.token
        if token.kind != "symbol" or token.text not in symbols:
            return None
        self._advance()
        return token.text

    def _expect(self, symbol: str) -> None:
        if not self._takes(symbol):
            self.refuse("Unexpected symbol")

    def _advance(self) -> None:
        self.token = next(self._tokens)
