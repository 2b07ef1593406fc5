"""
What reading cannot tell: a value that depends on the database, on the project's own code, or on the outside.

An Unknown goes wherever a value goes. Where a text is made of it (a name, an f-string), a placeholder stands in its
place that PostgreSQL's grammar takes for a name, so that the rest of the statement is still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.types import UserDefinedType

PREFIX = "unread_"
TYPE_PREFIX = "unread_type_"
_PLACEHOLDER = re.compile(rf"\b{PREFIX}\w+")
_ANYWHERE = re.compile(rf"{PREFIX}\w+")
_AS_PYTHON = re.compile(rf"""(["'])({PREFIX}\w+)\1""")
_spellings: ContextVar[dict[str, str] | None] = ContextVar("spellings", default=None)


@contextmanager
def spelled_into(spellings: dict[str, str]) -> Iterator[None]:
    """Keep in `spellings` what each placeholder that is made meanwhile stands for, as the file writes it."""
    token = _spellings.set(spellings)
    try:
        yield
    finally:
        _spellings.reset(token)


def _remembered(placeholder: str, source: str) -> str:
    known = _spellings.get()
    if known is not None:
        known.setdefault(placeholder, source)
    return placeholder


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
        return _remembered(PREFIX + (words or "value").lower(), self.source)

    @property
    def of_all(self) -> str:
        """The same for a list of which no element is known: in code it is unpacked."""
        return _remembered(self.placeholder.replace(PREFIX, PREFIX + "all_", 1), f"*{self.source}")


class UnreadType(UserDefinedType[Any]):
    """The type of a column that reading cannot tell."""

    cache_ok = True

    def __init__(self, source: str = "type") -> None:
        self.source = source

    def get_col_spec(self, **_: Any) -> str:
        name = TYPE_PREFIX + Unknown(self.source).placeholder.removeprefix(PREFIX)
        return _remembered(name, self.source)

    def literal_processor(self, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's signature.
        return lambda value: "'" + str(value).replace("'", "''") + "'"


def is_unread(text: str) -> bool:
    """Tell whether a placeholder stands somewhere in `text`."""
    return _PLACEHOLDER.search(text) is not None


def is_anywhere_unread(text: str) -> bool:
    """The same, where the placeholder may be a part of a longer name."""
    return PREFIX in text


def unread_in(text: str) -> list[str]:
    """Return the placeholders in `text`, each once."""
    return sorted(set(_PLACEHOLDER.findall(text)))


def in_the_files_words(text: str, spellings: Mapping[str, str]) -> str:
    """Return a text about the file with what the file writes where a placeholder stands."""
    return _ANYWHERE.sub(lambda found: _spelled(found[0], spellings).removeprefix("*"), text)


def as_code(code: str, spellings: Mapping[str, str]) -> str:
    """Return Python with the file's own expression in place of a placeholder, and `…` for one inside of SQL."""
    whole = _AS_PYTHON.sub(lambda found: spellings.get(found[2], "…"), code)
    return _ANYWHERE.sub("…", whole)


def _spelled(word: str, spellings: Mapping[str, str]) -> str:
    """What a placeholder stands for; a name may go on behind it."""
    known = max((name for name in spellings if word.startswith(name)), key=len, default=None)
    return "…" if known is None else spellings[known] + word.removeprefix(known)


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
