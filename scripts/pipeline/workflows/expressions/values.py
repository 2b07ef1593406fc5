"""
How values turn into text, numbers and truth, and when two of them are equal.

The rules are JavaScript's loose comparison with two changes: text compares without case, and an object
or array equals only itself. https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "bool | float | str | Sequence[Value] | Mapping[str, Value] | None"

_DECIMAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NAMED_NUMBERS = {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}


class Filtered(list[Value]):
    """What `.*` yields: the next `.name` looks into each item instead of into the array."""


class CaseSensitive(dict[str, Value]):
    """The `env` context on Linux: the one mapping in which `Path` is not `PATH`."""


def is_primitive(value: Value) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def is_truthy(value: Value) -> bool:
    """False for null, false, 0, NaN and empty text; objects and arrays are true even when empty."""
    if isinstance(value, int | float):
        return value != 0 and not math.isnan(value)
    if isinstance(value, str):
        return value != ""
    return value is not None


def to_text(value: Value) -> str:
    """The text that takes the place of `${{ value }}`; numbers have at most 15 digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return _number_text(float(value))
    return "Object" if isinstance(value, Mapping) else "Array"


def to_number(value: Value) -> float:
    """NaN for whatever is no number: text like '1x', objects, arrays."""
    if value is None:
        return 0.0
    if isinstance(value, str):
        return _parse_number(value.strip())
    if isinstance(value, bool | int | float):
        return float(value)
    return math.nan


def fold(text: str) -> str:
    """
    Return `text` as it is compared without case.

    The dotless i is left alone: its upper case is a plain I, and GitHub does not let the two be equal.
    """
    return "ı".join(part.upper() for part in text.split("ı"))


def is_equal(left: Value, right: Value) -> bool:
    pair = _same_kind(left, right)
    return pair[0] == pair[1] if pair else left is right and not is_primitive(left)


def is_less(left: Value, right: Value) -> bool:
    pair = _same_kind(left, right)
    if pair is None:
        return False
    one, other = pair
    if isinstance(one, str) and isinstance(other, str):
        return one < other
    return isinstance(one, float) and isinstance(other, float) and one < other


def _same_kind(left: Value, right: Value) -> tuple[float, float] | tuple[str, str] | None:
    """Return the two as text when both are text, else as numbers; None when they cannot be compared."""
    if isinstance(left, str) and isinstance(right, str):
        return fold(left), fold(right)
    if is_primitive(left) and is_primitive(right):
        return to_number(left), to_number(right)
    return None


def _parse_number(text: str) -> float:
    if text == "":
        return 0.0
    if _DECIMAL.fullmatch(text):
        return float(text)
    if re.fullmatch(r"0x[0-9a-fA-F]+|0o[0-7]+", text):
        return float(int(text, 0))
    return _NAMED_NUMBERS.get(text, math.nan)


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"  # Minus zero has no sign here.
    # 15 digits, as .NET's G15 does; it writes E where Python writes e.
    return f"{number:.15g}".replace("e", "E")
