"""
The inputs of `workflow_dispatch`: what the form of the "Run workflow" button takes, and what it turns away.

`inputs.x` keeps the type (a boolean is one), `github.event.inputs.x` is always text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, cast, get_args

from pipeline.errors import UsageError
from pipeline.workflows.document import Input
from pipeline.workflows.expressions import Value, to_text
from pipeline.workflows.expressions.values import to_number
from pipeline.workflows.places import Place

_Type = Literal["string", "boolean", "choice", "number", "environment"]
_KEYS = frozenset({"description", "type", "required", "default", "options", "deprecationMessage"})


def read_inputs(dispatch: Place) -> tuple[Input, ...]:
    """Return the inputs that are declared at `dispatch`, the event's place in the file."""
    dispatch.allow_only(frozenset({"inputs"}), {})
    return tuple(_read(name, place) for name, place in dispatch.each_below("inputs", "input"))


def given_inputs(declared: tuple[Input, ...], given: Mapping[str, Value]) -> dict[str, Value]:
    """
    Return the value of every declared input, typed; raise UsageError where the form would turn `given` away.

    As on the form, a choice without default is its first option and a boolean without one is false.
    """
    unknown = sorted(set(given) - {entry.name for entry in declared})
    if unknown:
        known = ", ".join(entry.name for entry in declared) or "none"
        raise UsageError(f"There is no input '{unknown[0]}'; the workflow's inputs: {known}.")
    return {entry.name: _typed(entry, given.get(entry.name)) for entry in declared}


def _read(name: str, place: Place) -> Input:
    place.allow_only(_KEYS, {})
    type_ = place.text("type") or "string"
    if type_ not in get_args(_Type):
        place.refuse(f"the type '{type_}' is none of {', '.join(get_args(_Type))}.", "type")
    options = tuple(to_text(option) for option in place.listed("options"))
    if (type_ == "choice") != bool(options):
        place.refuse("`options` belong to the type choice, and it needs them.", "type")
    entry = Input(
        name=name,
        type=cast(_Type, type_),
        required=place.scalar("required") is True,
        default=place.scalar("default"),
        options=options,
    )
    try:
        if entry.default is not None:
            _typed(entry, entry.default)
    except UsageError as error:
        place.refuse(f"the default is refused: {error}", "default")
    return entry


def _typed(entry: Input, given: Value) -> Value:
    missing = given is None or given == ""
    value = entry.default if missing else given
    if (value is None or value == "") and entry.required:
        raise UsageError(f"The input '{entry.name}' is required: give it a value.")
    if value is None:
        value = _neutral(entry)
    text = to_text(value)
    match entry.type:
        case "boolean":
            if text not in {"true", "false"}:
                raise UsageError(f"The input '{entry.name}' is true or false, not '{text}'.")
            return text == "true"
        case "number":
            number = to_number(value)
            if math.isnan(number):
                raise UsageError(f"The input '{entry.name}' is a number, not '{text}'.")
            return number
        case "choice":
            if text not in entry.options:
                raise UsageError(f"The input '{entry.name}' is one of {', '.join(entry.options)}, not '{text}'.")
    return text


def _neutral(entry: Input) -> Value:
    """What the form sends for a field that nobody touched."""
    match entry.type:
        case "boolean":
            return False
        case "number":
            return 0
        case "choice":
            return entry.options[0]
        case _:
            return ""
