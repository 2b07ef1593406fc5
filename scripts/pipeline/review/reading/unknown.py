"""
What reading cannot tell: a value that depends on the database, on the project's own code, or on the outside.

An Unknown goes wherever a value goes. Where a text is made of it (a name, an f-string), a placeholder stands in its
place that PostgreSQL's grammar takes for a name, so that the rest of the statement is still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy.types import UserDefinedType

PREFIX = "unread_"
TYPE_PREFIX = "unread_type_"
_PLACEHOLDER = re.compile(rf"\b{PREFIX}\w+")


class Unknown:
    """A value that is not known; `source` is how the file writes it, `imported` the module it came from, if any."""

    __slots__ = ("imported", "source")

    def __init__(self, source: str, imported: str | None = None) -> None:
        self.source = source
        self.imported = imported

    def __repr__(self) -> str:
        return f"Unknown({self.source})"

    @property
    def placeholder(self) -> str:
        """A name that PostgreSQL accepts and that tells which expression it stands for."""
        words = re.sub(r"\W+", "_", self.source, flags=re.ASCII).strip("_")[:40]
        return PREFIX + (words or "value").lower()


class UnreadType(UserDefinedType[Any]):
    """The type of a column that reading cannot tell."""

    cache_ok = True

    def __init__(self, source: str = "type") -> None:
        self.source = source

    def get_col_spec(self, **_: Any) -> str:
        return TYPE_PREFIX + Unknown(self.source).placeholder.removeprefix(PREFIX)


def is_unread(text: str) -> bool:
    """Tell whether a placeholder stands somewhere in `text`."""
    return _PLACEHOLDER.search(text) is not None


def unread_in(text: str) -> list[str]:
    """Return the placeholders in `text`, each once."""
    return sorted(set(_PLACEHOLDER.findall(text)))


def any_unknown(values: Iterable[Any]) -> bool:
    """Tell whether one of `values` is Unknown, or holds one in a list, tuple, set or dict."""
    return any(holds_unknown(value) for value in values)


def holds_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, list | tuple | set | frozenset):
        return any(holds_unknown(one) for one in value)
    if isinstance(value, dict):
        return any(holds_unknown(one) for pair in value.items() for one in pair)
    return False


def as_text(value: Any) -> Any:
    """Return `value` with a placeholder in place of each Unknown, also inside lists, tuples and dicts."""
    if isinstance(value, Unknown):
        return value.placeholder
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(as_text(one) for one in value)
    if type(value) is dict:
        return {as_text(key): as_text(one) for key, one in value.items()}
    return value
