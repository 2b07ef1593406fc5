"""
Cuts an expression into words, literals and symbols.

A character that belongs to nothing (`"`, `$`, a single `=`) is an error here, with its position, because
GitHub refuses the whole file for it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from pipeline.errors import CouldNotAnswer
from pipeline.workflows.expressions.values import Value, to_number

LONGEST = 21_000  # GitHub's own limit, in characters.

_SYMBOL = re.compile(r"&&|\|\||==|!=|<=|>=|[!<>()\[\],*]")
_TEXT = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"[-+.0-9][^\s()\[\],!<>=&|]*")
_WORD = re.compile(r"[^\s()\[\],.!<>=&|][^\s()\[\],.!<>=&|]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_CONSTANTS: dict[str, Value] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": math.nan,
    "Infinity": math.inf,
}


class ExpressionError(CouldNotAnswer):
    """The expression cannot be read, or cannot be evaluated."""


@dataclass(frozen=True)
class Token:
    kind: Literal["name", "literal", "symbol", "end"]
    text: str
    position: int  # Counted from 1, as GitHub's messages do.
    value: Value = None


def lex(source: str) -> list[Token]:
    """Return the tokens of `source`, closed by an "end"; raise ExpressionError at what is none."""
    if len(source) > LONGEST:
        raise ExpressionError(f"The expression is longer than {LONGEST} characters: {source[:60]}…")
    tokens: list[Token] = []
    offset = 0
    while offset < len(source):
        if source[offset].isspace():
            offset += 1
            continue
        token = _next(source, offset, tokens[-1] if tokens else None)
        tokens.append(token)
        offset += len(token.text)
    return [*tokens, Token("end", "", len(source) + 1)]


def refuse(problem: str, token: Token, source: str) -> NoReturn:
    """Raise ExpressionError in the words GitHub uses, so that a search for them finds its pages."""
    raise ExpressionError(
        f"{problem}: '{token.text}'. Located at position {token.position} within expression: {source}"
    )


def _next(source: str, offset: int, previous: Token | None) -> Token:
    position = offset + 1
    after_dot = previous is not None and previous.text == "." and previous.kind == "symbol"
    if source[offset] == "." and _can_be_looked_into(previous):
        return Token("symbol", ".", position)
    if found := _SYMBOL.match(source, offset):
        return Token("symbol", found[0], position)
    if found := _TEXT.match(source, offset):
        return Token("literal", found[0], position, found[0][1:-1].replace("''", "'"))
    if found := _NUMBER.match(source, offset):
        number = Token("literal", found[0], position, to_number(found[0]))
        if math.isnan(to_number(found[0])):
            refuse("Unexpected symbol", number, source)
        return number
    word = _WORD.match(source, offset)
    if word is None or not _NAME.fullmatch(word[0]):
        rest = word[0] if word and source[offset] != "'" else source[offset:]
        refuse("Unexpected symbol", Token("name", rest, position), source)
    if word[0] in _CONSTANTS and not after_dot:
        return Token("literal", word[0], position, _CONSTANTS[word[0]])
    return Token("name", word[0], position)


def _can_be_looked_into(token: Token | None) -> bool:
    """Tell a dot that reads a property from the one that opens a number like `.5`."""
    return token is not None and (token.kind == "name" or token.text in {")", "]", "*"})
