"""
Texts that match a regular expression, made by the server: the expression becomes SQL that picks each character.

It is read with Python's own parser, which agrees with PostgreSQL's on what checks are made of. What it does not
(look-ahead, back references) has no maker; whether a made text does match is for the server to say.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from itertools import count
from re import _constants as is_  # type: ignore[attr-defined]  # There is no public way to read a pattern.
from re import _parser as reader  # type: ignore[attr-defined]
from typing import Any

from pipeline.review.seeding.making import Index, Maker
from pipeline.review.seeding.spelling import text

_POSIX = {
    "[:alpha:]": "a-zA-Z", "[:digit:]": "0-9", "[:alnum:]": "a-zA-Z0-9", "[:upper:]": "A-Z", "[:lower:]": "a-z",
    "[:xdigit:]": "0-9a-fA-F", "[:space:]": " \\t", "[:punct:]": "!-/", "[:word:]": "\\w",
}  # fmt: skip
_PRINTABLE = [character for character in string.printable if character.isprintable()]
_WORD = [*string.ascii_letters, *string.digits, "_"]
_CATEGORIES = {
    is_.CATEGORY_DIGIT: list(string.digits), is_.CATEGORY_WORD: _WORD, is_.CATEGORY_SPACE: [" "],
    is_.CATEGORY_NOT_DIGIT: [one for one in _PRINTABLE if not one.isdigit()],
    is_.CATEGORY_NOT_WORD: [one for one in _PRINTABLE if one not in _WORD],
    is_.CATEGORY_NOT_SPACE: [one for one in _PRINTABLE if one != " "],
}  # fmt: skip
_MOST_REPEATS = 8
_DIGEST = 32
_HEX = "0123456789abcdef"


class _NoMaker(Exception):
    """The pattern asks for something that picking characters cannot give."""


def matching(pattern: str, salt: str) -> tuple[Maker, ...]:
    """Return makers of texts that `pattern` should match: varied ones, the shortest, the longest; none if it cannot."""
    for spelled, meant in _POSIX.items():
        pattern = pattern.replace(spelled, meant)
    try:
        tree = reader.parse(pattern.replace("\\m", "\\b").replace("\\M", "\\b").replace("\\y", "\\b"))
        makers = [_Writer(salt, choice) for choice in ("varied", "shortest", "longest")]
        for made in makers:
            made.sequence(tree, Index("0", "0"))
    except (re.error, _NoMaker, RecursionError):
        return ()
    return tuple(_making(made, tree) for made in makers)


def _making(writer: _Writer, tree: Sequence[Any]) -> Maker:
    def make(index: Index) -> str:
        writer.restart()
        return writer.sequence(tree, index)

    return make


class _Writer:
    """Writes SQL for one pattern; each place in it draws from a digest of its own."""

    def __init__(self, salt: str, choice: str) -> None:
        self._salt = salt
        self._choice = choice
        self.restart()

    def restart(self) -> None:
        self._places = count()

    def sequence(self, nodes: Iterable[Any], index: Index) -> str:
        parts = [self._node(kind, value, index) for kind, value in nodes]
        return f"concat({', '.join(part for part in parts if part)})" if any(parts) else "''"

    def _node(self, kind: Any, value: Any, index: Index) -> str:
        if kind is is_.LITERAL:
            return text(chr(value))
        if kind is is_.AT:
            return ""
        if kind is is_.SUBPATTERN:
            return self.sequence(value[3], index)
        if kind is is_.BRANCH:
            return self._branch(value[1], index)
        if kind in {is_.MAX_REPEAT, is_.MIN_REPEAT, is_.POSSESSIVE_REPEAT}:
            return self._repeat(value, index)
        return self._characters(_allowed(kind, value), 1, 1, index)

    def _branch(self, branches: Sequence[Any], index: Index) -> str:
        cases = " ".join(f"WHEN {number} THEN {self.sequence(one, index)}" for number, one in enumerate(branches))
        return f"CASE {self._number(index)} % {len(branches)} {cases} END"

    def _repeat(self, value: Any, index: Index) -> str:
        least, most, nodes = value
        most = least + _MOST_REPEATS if most == is_.MAXREPEAT else int(most)
        if self._choice == "shortest":
            most = least
        elif self._choice == "longest":
            least = most
        if len(nodes) == 1 and nodes[0][0] in {is_.IN, is_.LITERAL, is_.NOT_LITERAL, is_.ANY}:
            return self._characters(_allowed(*nodes[0]), least, most, index)
        copies = min(most, least + _MOST_REPEATS) if self._choice == "varied" else most
        if copies > 10 * _MOST_REPEATS:
            raise _NoMaker
        which = self._number(index)
        parts = (
            self.sequence(nodes, index)
            if number < least
            else f"CASE WHEN {which} % {copies - least + 1} > {number - least} THEN {self.sequence(nodes, index)} END"
            for number in range(copies)
        )
        return f"concat({', '.join(parts)})" if copies else ""

    def _characters(self, allowed: Sequence[str], least: int, most: int, index: Index) -> str:
        """Sixteen of the characters stand for the digits of digests; other sixteen for the next digest."""
        if not most:
            return ""
        digests = []
        for _ in range(-(-most // _DIGEST)):
            place = next(self._places)
            picked = "".join(allowed[(place * 16 + number) % len(allowed)] for number in range(16))
            digest = f"md5({index.number}::text || {text(f'{self._salt} {place}')})"
            digests.append(f"translate({digest}, '{_HEX}', {text(picked)})")
        length = str(most) if least == most else f"({least} + {self._number(index)} % {most - least + 1})::int"
        return f"substr({' || '.join(digests)}, 1, {length})"

    def _number(self, index: Index) -> str:
        place = next(self._places)
        return f"(hashint8extended({index.number}, {place * 7919 + 1}) & 9223372036854775807)"


def _allowed(kind: Any, value: Any) -> Sequence[str]:
    if kind is is_.LITERAL:
        return [chr(value)]
    if kind is is_.ANY:
        return _WORD
    if kind is is_.NOT_LITERAL:
        return [one for one in _PRINTABLE if one != chr(value)]
    if kind is not is_.IN:
        raise _NoMaker
    listed: list[str] = []
    for inner, what in value:
        if inner is is_.LITERAL:
            listed.append(chr(what))
        elif inner is is_.RANGE:
            # The Basic Latin part first; of a range over all of Unicode a few are enough.
            listed += [chr(code) for code in range(what[0], min(what[1], what[0] + 255) + 1)]
        elif inner is is_.CATEGORY:
            listed += _CATEGORIES[what]
    if value[0][0] is is_.NEGATE:
        listed = [one for one in _PRINTABLE if one not in listed]
    if not listed:
        raise _NoMaker
    return listed
