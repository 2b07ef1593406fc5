"""
What a CHECK says it takes: the values, bounds, lengths and patterns that it compares a column with.

Read from the server's own spelling of the check with its own parser. Nothing here has to be right: what is mined is
a proposal, and the server decides which of it the check lets in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import postgast

_LENGTHS = {
    "length", "char_length", "character_length", "octet_length", "bit_length", "array_length", "cardinality",
    "jsonb_array_length", "json_array_length",
}  # fmt: skip
_MATCHES = {"~": False, "~*": True}
_LIKES = {"~~", "~~*"}


@dataclass
class Mined:
    """What the checks of one column compare it with."""

    strings: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    likes: list[str] = field(default_factory=list)


def mined(column: str, conditions: Iterable[str]) -> Mined:
    """Read what `conditions` say of `column` (of VALUE in a domain's)."""
    found = Mined()
    for condition in conditions:
        for one in _comparisons(condition):
            if column in set(_columns(one)):
                _add(found, one)
    for values in vars(found).values():
        values[:] = dict.fromkeys(values)
    return found


def _comparisons(condition: str) -> Iterator[Any]:
    try:
        parsed = postgast.parse(f"SELECT ({condition})")
    except postgast.PgQueryError:
        # The parser is of one version, the server may be of a later one: then nothing is proposed.
        return
    for _, node in postgast.walk(parsed):
        if type(node).__name__ in {"A_Expr", "FuncCall"}:
            yield node


def _columns(node: Any) -> Iterator[str]:
    for _, one in postgast.walk(node):
        if type(one).__name__ == "ColumnRef":
            yield one.fields[-1].string.sval


def _add(found: Mined, node: Any) -> None:
    strings, numbers = _constants(node)
    operator = node.name[-1].string.sval if type(node).__name__ == "A_Expr" and node.name else ""
    if operator in _MATCHES:
        found.patterns += strings
    elif operator in _LIKES:
        found.likes += strings
    elif any(_called(one) in _LENGTHS for _, one in postgast.walk(node)):
        found.lengths += [int(number) for number in numbers if number.lstrip("-").isdigit()]
    else:
        found.strings += strings
        found.numbers += numbers


def _called(node: Any) -> str:
    return str(node.funcname[-1].string.sval) if type(node).__name__ == "FuncCall" else ""


def _constants(node: Any) -> tuple[list[str], list[str]]:
    """Return texts, and numbers: those too that are written '-5'::integer, as the server writes negative ones."""
    strings, numbers = [], []
    for _, one in postgast.walk(node):
        if type(one).__name__ != "A_Const":
            continue
        match one.WhichOneof("val"):
            case "sval":
                strings.append(one.sval.sval)
            case "ival":
                numbers.append(str(one.ival.ival))
            case "fval":
                numbers.append(one.fval.fval)
    return strings, numbers + [one for one in strings if _is_number(one)]


def _is_number(written: str) -> bool:
    try:
        float(written)
    except ValueError:
        return False
    return written.lower().lstrip("+-") not in {"nan", "inf", "infinity"}
