"""
How much a revision may make and how long it may take: its arithmetic is done for real, and it is a stranger's.

Nobody writes a revision that needs more than these; an attacker does, and a mistake. What a step would make is judged
before the step, since memory that is full cannot be emptied. Time is the last net: it ends what no size announces, as
a regular expression that tries everything.
"""

from __future__ import annotations

import collections
import itertools
import operator
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

LARGEST = 100_000
"""How many elements a value may have in all, those inside of its elements included; ten characters are one."""
MADE = 50 * LARGEST
"""How much all values of one direction may come to: many small ones fill the memory too."""
SECONDS = 6.0
"""Of the processor, for one direction. The slowest of 3,000 real ones took a fifth of this."""
_BITS = 20_000
_SHORT = 10
_CONTAINER = 8
"""What a list of nothing weighs: many small ones take longest to walk through."""
_FIRST = 1000
"""How much of what never ends (`itertools.count()`) is made."""
_CONTAINERS = (list, tuple, set, frozenset, dict, collections.deque)
_ENDLESS = {itertools.count, itertools.cycle, itertools.repeat}
_MULTIPLIES = {
    "replace", "translate", "sub", "subn", "join", "expandtabs", "indent", "dumps", "substitute", "safe_substitute",
}  # fmt: skip
# In these, a number says how much is made of everything else.
_NUMBERS_COUNT = {"math", "textwrap", "json", "calendar"}
_WIDE_NUMBERS_COUNT = {"itertools", "_operator", "operator", "functools", "_functools", "collections", "_collections"}
_BY_FUNCTION: dict[Any, str] = {
    operator.mul: "*", operator.imul: "*", operator.pow: "**", operator.ipow: "**", pow: "**", operator.add: "+",
    operator.iadd: "+", operator.concat: "+", operator.iconcat: "+", operator.lshift: "<<", operator.mod: "%",
}  # fmt: skip
_PERCENT = re.compile(r"%[^a-zA-Z%]*")
_BRACES = re.compile(r"\{[^{}]*:([^{}]*)")


class TookTooLong(BaseException):
    """The time is up. No Exception: whoever catches those takes the value for unknown and goes on."""


@contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """
    Raise TookTooLong in the block when it has used that much of the processor, however busy the machine is.

    Only a process's main thread can be interrupted; in others the sizes and the steps have to do.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def up(*_: Any) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, up)
    # Again and again: Python swallows what is raised while it finalizes an object.
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def weight(value: Any, most: int = LARGEST) -> int:
    """
    Return how much there is to walk through in `value`, each part as often as it is met; little more than `most`.

    So a list that holds itself, or one that holds the same list twice, sixty times over, is as heavy as it prints.
    """
    total, waiting = size(value), [value] if isinstance(value, _CONTAINERS) else []
    while waiting and total <= most:
        inner = waiting.pop()
        for part in itertools.chain(inner.keys(), inner.values()) if isinstance(inner, dict) else inner:
            if isinstance(part, str) and len(part) < _SHORT:
                continue
            total += size(part) - 1
            if isinstance(part, _CONTAINERS):
                waiting.append(part)
            if total > most:
                break
    return total


def size(value: Any) -> int:
    """Return how much `value` itself holds, without what is in its elements."""
    if isinstance(value, str | bytes | bytearray):
        return 1 + len(value) // 10
    if isinstance(value, range):
        return 1 + max(0, (value.stop - value.start) // value.step)
    if isinstance(value, int):
        return 1 + value.bit_length() // 32
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return 1 + (abs(exponent) if isinstance(exponent, int) else 0)
    return _CONTAINER + len(value) if isinstance(value, _CONTAINERS) else 1


def is_heavy(*values: Any) -> bool:
    """Tell whether `values` are together more than anybody writes."""
    total = 0
    for one in values:
        total += weight(one)
        if total > LARGEST:
            return True
    return False


def too_large(sign: str, left: Any, right: Any) -> bool:
    """Tell whether `left sign right` would make, or would have to walk through, something enormous."""
    if sign == "**":
        return _is_number(left, right) and left.bit_length() * abs(right) > _BITS
    if sign == "<<":
        return _is_number(left, right) and left.bit_length() + right > _BITS
    if sign == "*":
        return _is_large_product(left, right)
    if sign == "%" and isinstance(left, str | bytes) and _is_wide_percent(left, right):
        return True
    return is_heavy(left, right)


def is_too_much(function: Any, arguments: list[Any], keywords: dict[str, Any]) -> bool:
    """Tell whether calling something real with these would make, or take, more than anybody writes."""
    owner = getattr(function, "__self__", None)
    given = [*arguments, *keywords.values()]
    name = str(getattr(function, "__name__", ""))
    if is_heavy(*given) or size(owner) > LARGEST:
        return True
    sign = next((sign for one, sign in _BY_FUNCTION.items() if one is function), None)
    if sign is not None and len(arguments) > 1 and too_large(sign, *arguments[:2]):
        return True
    if name in _MULTIPLIES and _product(owner, *given) > 10 * LARGEST:
        return True
    if function is iter and len(arguments) > 1:
        return True
    if name == "format" and (wide := _is_wide_format(owner, arguments, given)) is not None:
        return wide
    return any(isinstance(one, int) and abs(one) > _largest_number(function, owner) for one in given)


def finite(function: Any, made: Any, *, times: int) -> Any:
    """
    Return an iterator whose elements are there, for one whose elements come when they are asked for.

    Raises OverflowError where they are too many. What never ends gives its beginning, which is all that a `zip` or a
    `next` takes of it.
    """
    if not isinstance(made, Iterator) or type(made).__module__ not in {"builtins", "itertools"}:
        return made
    endless = any(function is one for one in _ENDLESS) and not (function is itertools.repeat and times > 1)
    elements: list[Any] = []
    total = 0
    for one in itertools.islice(made, _FIRST) if endless else made:
        total += weight(one)
        if total > LARGEST:
            raise OverflowError(function)
        elements.append(one)
    return iter(elements)


def width(form: Any) -> int:
    """Return how many characters a format specification asks for at least: `>999999999`, `%999d`."""
    return sum(int(number[:9]) for number in re.findall(r"\d+", form)) if isinstance(form, str) else 0


def _largest_number(function: Any, owner: Any) -> int | float:
    """What a number may be that a function is given: where it tells how much is made, no more than that much."""
    module = str(getattr(function, "__module__", None) or "").split(".")[0]
    if module in _NUMBERS_COUNT:
        return _FIRST
    text = isinstance(owner, str | bytes | bytearray | int | collections.deque)
    kind = getattr(function, "__objclass__", None)
    if text or kind in {str, bytes, int} or function is bytes or function is bytearray or module in _WIDE_NUMBERS_COUNT:
        return LARGEST
    return float("inf")


def _is_number(*values: Any) -> bool:
    return all(isinstance(one, int) for one in values)


def _is_large_product(left: Any, right: Any) -> bool:
    if _is_number(left, right):
        return bool(left.bit_length() + right.bit_length() > _BITS)
    for one, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(one, (str, bytes, bytearray, *_CONTAINERS)):
            return (len(one) if isinstance(one, str | bytes | bytearray) else weight(one)) * times > LARGEST
    return is_heavy(left, right)


def _is_wide_percent(form: str | bytes, values: Any) -> bool:
    text = form.decode(errors="replace") if isinstance(form, bytes) else form
    specifications = "".join(_PERCENT.findall(text))
    given = values if isinstance(values, tuple) else (values,)
    starred = "*" in specifications and any(isinstance(one, int) and abs(one) > _FIRST for one in given)
    return starred or width(specifications) > LARGEST


def _is_wide_format(owner: Any, arguments: list[Any], given: list[Any]) -> bool | None:
    """Judge `"{:>5}".format(…)` and `format(value, ">5")`; None where it is another `format`."""
    if isinstance(owner, str):
        nested = re.search(r"\{[^{}]*:[^{}]*\{", owner) is not None
        return width(" ".join(_BRACES.findall(owner))) > LARGEST or (
            nested and any(isinstance(one, int) and abs(one) > _FIRST for one in given)
        )
    return width(arguments[1]) > LARGEST if len(arguments) > 1 else None


def _product(*values: Any) -> int:
    made = 1
    for one in values:
        inner = max((len(part) for part in one.values() if isinstance(part, str)), default=1) if _is_map(one) else 1
        made *= max(1, len(one) if isinstance(one, str | bytes | list | tuple) else inner)
    return made


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def guarded(call: Callable[..., Any], function: Any) -> Callable[..., Any]:
    """Return `function` as `map` and `reduce` may have it: each call of theirs is judged by `call` as any other is."""

    def judged(*arguments: Any, **keywords: Any) -> Any:
        return call(function, list(arguments), keywords)

    return judged
