"""Whether two columns, or two names, look like one thing before and after it was renamed."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

from pipeline.review.schema.names import strings

_FAMILIES = {
    "varchar": "text", "bpchar": "text", "text": "text", "citext": "text", "name": "text",
    "int2": "integer", "int4": "integer", "int8": "integer", "smallserial": "integer", "serial": "integer",
    "bigserial": "integer", "float4": "number", "float8": "number", "numeric": "number",
    "timestamp": "time", "timestamptz": "time", "json": "json", "jsonb": "json",
}  # fmt: skip
_ALIKE = 0.6


def type_words(type_name: Any) -> str:
    """Return a type as one text: `varchar(50)`, `int4[]`."""
    words = strings(type_name.names)
    numbers = [str(one.a_const.ival.ival) for one in type_name.typmods if one.HasField("a_const")]
    length = f"({','.join(numbers)})" if numbers else ""
    return f"{words[-1] if words else ''}{length}{'[]' if len(type_name.array_bounds) else ''}"


def family(words: str) -> str:
    """Return what a value of the type is, so that a varchar that became a text is still a text."""
    bare = re.sub(r"\(.*?\)", "", words)
    array = "[]" if bare.endswith("[]") else ""
    return _FAMILIES.get(bare.removesuffix("[]"), bare.removesuffix("[]")) + array


def similarity(one: str, other: str) -> float:
    """Return 0 to 1: how alike two names are, by their letters and by the words in them."""
    first, second = _words(one), _words(other)
    letters = SequenceMatcher(None, "".join(first), "".join(second)).ratio()
    shared = 2 * len(set(first) & set(second)) / (len(set(first)) + len(set(second)) or 1)
    contained = 0.8 if set(first) < set(second) or set(second) < set(first) else 0.0
    return max(letters, shared, contained)


def alike(one: str, other: str) -> bool:
    return similarity(one, other) >= _ALIKE


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[_\W]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()) if word]
