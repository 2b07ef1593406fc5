"""
Without this file a semicolon in a string would end a statement, and a comment could hide one.

This is PostgreSQL's lexical structure (its manual, 4.1) and nothing above it: quotes, dollar quotes, comments that
nest. It assumes standard_conforming_strings, the default since 9.1; a revision that sets it is not followed anyway.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "name", "text", "number", "sign"]

_PATTERNS = {
    "space": r"\s+",
    "line_comment": r"--[^\n]*",
    "comment": r"/\*",
    "escaped": r"[eE]'(?:[^'\\]|\\.|'')*'",
    # U&"…" may spell a name in code points: not followed, so it must not look like a name.
    "unicode": r"""[uU]&(?:'(?:[^']|'')*'|"(?:[^"]|"")*")""",
    "string": r"[bBxXnN]?'(?:[^']|'')*'",
    "dollar": r"\$(?P<tag>(?:[A-Za-z_\u0080-\U0010ffff][\w]*)?)\$.*?\$(?P=tag)\$",
    "name": r'"(?:[^"]|"")+"',
    # Before words: else the E of an E'… that does not end is a word, and what follows a string of another kind.
    "open": r"""(?:[eEbBxXnN]|[uU]&)?['"]|\$(?:[A-Za-z_\u0080-\U0010ffff][\w]*)?\$""",
    "word": r"[A-Za-z_\u0080-\U0010ffff][\w$]*",
    "number": r"\d[\w.]*|\.\d\w*",
    "sign": r".",
}
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()), re.DOTALL)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_KINDS: dict[str, Kind] = {"word": "word", "name": "name", "number": "number", "sign": "sign"}
# The server folds ASCII only, in every encoding it is safe to use.
_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Unreadable(Exception):
    """The text is not whole: a quote or a comment does not end."""


@dataclass(frozen=True)
class Token:
    """A word is folded to lower case, a quoted name is without its quotes; other literals are as written."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Statement:
    """One statement's tokens, and its text on one line without comments around it."""

    tokens: tuple[Token, ...]
    text: str


def statements(sql: str) -> Iterator[Statement]:
    """Yield the statements of `sql`, parted at semicolons outside parentheses. Raises Unreadable."""
    tokens: list[Token] = []
    depth = start = end = 0
    for token, begins, ends in _tokens(sql):
        if token.kind == "sign" and token.text in "()":
            depth += 1 if token.text == "(" else -1
        if token == Token("sign", ";") and depth == 0:
            if tokens:
                yield Statement(tuple(tokens), " ".join(sql[start:end].split()))
            tokens = []
            continue
        if not tokens:
            start = begins
        tokens.append(token)
        end = ends
    if tokens:
        yield Statement(tuple(tokens), " ".join(sql[start:end].split()))


def _tokens(sql: str) -> Iterator[tuple[Token, int, int]]:
    position = 0
    while match := _TOKEN.match(sql, position):
        begins, position = match.span()
        group = str(match.lastgroup)
        if group == "comment":
            position = _end_of_comment(sql, position)
        elif group == "open":
            raise Unreadable(f"a quote that begins at character {begins} does not end")
        elif group not in ("space", "line_comment"):
            yield Token(_KINDS.get(group, "text"), _folded(group, match[0])), begins, position


def _folded(group: str, text: str) -> str:
    if group == "word":
        return text.translate(_FOLD)
    return text[1:-1].replace('""', '"') if group == "name" else text


def _end_of_comment(sql: str, position: int) -> int:
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(sql, position)
        if edge is None:
            raise Unreadable("a comment does not end")
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
    return position
