"""
The functions every expression has: contains, startsWith, endsWith, format, join, toJSON, fromJSON, case.

The status functions and hashFiles are not here: they depend on the job that asks, which hands them to
the evaluator.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from pipeline.workflows.expressions.lexer import ExpressionError
from pipeline.workflows.expressions.values import Value, fold, is_equal, is_primitive, to_text

_FORMAT_PARTS = re.compile(r"(?P<text>[^{}]+)|\{\{|\}\}|\{(?P<index>[0-9]+)[^{}]*\}")
_UNLIMITED = 10_000


@dataclass(frozen=True)
class Function:
    arity: tuple[int, int]
    call: Callable[..., Value]


def _contains(search: Value, item: Value) -> Value:
    if is_primitive(search):
        return is_primitive(item) and to_text(item).lower() in to_text(search).lower()
    return isinstance(search, list | tuple) and any(is_equal(element, item) for element in search)


def _starts_with(text: Value, start: Value) -> Value:
    return _both_text(text, start) and fold(to_text(text)).startswith(fold(to_text(start)))


def _ends_with(text: Value, end: Value) -> Value:
    return _both_text(text, end) and fold(to_text(text)).endswith(fold(to_text(end)))


def _both_text(one: Value, other: Value) -> bool:
    return is_primitive(one) and is_primitive(other)


def _format(template: Value, *arguments: Value) -> Value:
    text, parts, offset = to_text(template), [], 0
    while offset < len(text):
        part = _FORMAT_PARTS.match(text, offset)
        if part is None:
            raise ExpressionError(f"The following format string is invalid: {text}")
        if part["index"] is None:
            parts.append(part["text"] or part[0][0])
        elif int(part["index"]) >= len(arguments):
            raise ExpressionError(f"The following format string references more arguments than were supplied: {text}")
        else:
            parts.append(to_text(arguments[int(part["index"])]))
        offset = part.end()
    return "".join(parts)


def _join(items: Value, separator: Value = ",") -> Value:
    if is_primitive(items):
        return to_text(items)
    if isinstance(items, list | tuple):
        glue = to_text(separator) if is_primitive(separator) else ","
        return glue.join(to_text(item) for item in items)
    return ""


def _to_json(value: Value) -> Value:
    return json.dumps(_json_value(value), indent=2, ensure_ascii=False)


def _json_value(value: Value) -> Value:
    """JSON knows one kind of number and writes 1, where Python's float writes 1.0; it has no NaN."""
    if isinstance(value, float):
        return (int(value) if value.is_integer() else value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    return value


def _from_json(text: Value) -> Value:
    try:
        return cast(Value, json.loads(to_text(text), parse_constant=_no_json_constant))
    except ValueError as error:
        raise ExpressionError(f"Error parsing JSON when evaluating fromJSON: {error}") from error


def _no_json_constant(name: str) -> Value:
    raise ValueError(f"{name} is Python's, not JSON's")


def _case(*arguments: Value) -> Value:
    *pairs, otherwise = arguments
    for predicate, value in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(predicate, bool):
            raise ExpressionError("A predicate of case() must evaluate to a boolean value.")
        if predicate:
            return value
    return otherwise


BUILT_IN: Mapping[str, Function] = {
    "contains": Function((2, 2), _contains),
    "startswith": Function((2, 2), _starts_with),
    "endswith": Function((2, 2), _ends_with),
    "format": Function((1, 255), _format),
    "join": Function((1, 2), _join),
    "tojson": Function((1, 1), _to_json),
    "fromjson": Function((1, 1), _from_json),
    "case": Function((3, _UNLIMITED), _case),
}
