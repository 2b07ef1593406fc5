"""
What of the new release would fail on the schema that is there before the upgrade: information, and no fault.

Traffic moves when the schema is there, so nobody meets it. It tells what a person would see who lets the code go first,
and what a rollback of the schema under the new release would break.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.window.window import Breakage, Window

_MOST_NAMED = 3
_LONGEST = 160


def told_of_new_release(window: Window, after: URL, before: URL) -> tuple[str, ...]:
    """
    Say what works for a release on the database `after` all revisions and not on the one `before` them.

    Both have rows that a driver can read.
    """
    try:
        broken = window.differs(after, before)
    except CouldNotAnswer as error:
        return (f"The new release could not be asked on the schema before the upgrade: {error}",)
    return tuple(_in_words(broken))


def _in_words(broken: tuple[Breakage, ...]) -> Iterator[str]:
    """One line, however much fails: nobody is to act on it."""
    operations = list(dict.fromkeys(_Failing(one.operation, one.model, _first_line(one.words)) for one in broken))
    if not operations:
        yield "For information: the new release works on the schema before the upgrade, too."
        return
    named = "; ".join(str(one) for one in operations[:_MOST_NAMED])
    more = f"; and {len(operations) - _MOST_NAMED} more" if len(operations) > _MOST_NAMED else ""
    yield f"For information: before the upgrade, the new release fails at {named}{more}. Traffic moves after it."


@dataclass(frozen=True)
class _Failing:
    operation: str
    model: str
    words: str

    def __str__(self) -> str:
        return f"{self.operation} of {self.model} ({self.words})"


def _first_line(words: str) -> str:
    line = words.strip().splitlines()[0] if words.strip() else words
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
