"""
A page that GitHub takes: it refuses a longer comment and drops a longer summary.

What is cut away is whole items, so that no fence, fold or table is ever left open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_TO_SEE_ALL = "`python scripts/review_revisions.py` shows everything."


@dataclass(frozen=True)
class Section:
    """Something that can be drawn with fewer items when there is no room for all of them."""

    items: Sequence[Any]
    draw: Callable[[Sequence[Any]], str]


def length(text: str) -> int:
    """How long GitHub may count `text`: it has never said whether an emoji is one character or two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def bounded(head: str, sections: Sequence[Section], longest: int) -> str:
    """Return head and sections in at most `longest` characters; the last line then says how much is missing."""
    text, total = head, sum(len(section.items) for section in sections)
    shown = 0
    for section in sections:
        room = longest - length(text) - length(_cut(total, total))
        fitting = _how_many_fit(section, room)
        if fitting:
            text += "\n" + section.draw(section.items[:fitting])
        shown += fitting
        if fitting < len(section.items):
            return text + _cut(shown, total)
    return text


def fits(head: str, sections: Sequence[Section], longest: int) -> bool:
    """Tell whether nothing has to be cut."""
    return length(head) + sum(length(section.draw(section.items)) + 1 for section in sections) <= longest


def _how_many_fit(section: Section, room: int) -> int:
    def fits(count: int) -> bool:
        return length(section.draw(section.items[:count])) + 1 <= room

    if fits(len(section.items)):
        return len(section.items)
    fewest, most = 0, len(section.items) - 1
    while fewest < most:
        middle = (fewest + most + 1) // 2
        fewest, most = (middle, most) if fits(middle) else (fewest, middle - 1)
    return fewest


def _cut(shown: int, total: int) -> str:
    return f"\n**Cut here for its length: {shown:,} of {total:,} are shown.** {_TO_SEE_ALL}\n"
