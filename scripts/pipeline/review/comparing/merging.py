"""
Two tables' rows side by side, in one pass over both, whatever their size.

The server sends a digest of each row's key, one of the row, and a number for each value: rows are found again by the
first, told apart by the second, and the numbers say where they differ. Rows that have the same key are matched with the
equal ones first. Only a group of rows with one key is ever in memory.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

EXAMPLES = 3


class Row(NamedTuple):
    key: str
    digest: str
    values: tuple[int | None, ...]
    """Of the columns that are compared."""
    others: tuple[int | None, ...]
    """Before: of the columns that are gone. After: of each added one as each gone one."""


@dataclass
class Merged:
    """
    What became of the rows that were matched, and how many were not.

    `changed` and `examples` (keys) go by the column's place, `gone` by that of a gone one: how many values it had.
    `differing` tells of an added column, too: how often it has another value than the one that is gone.
    """

    lost: int = 0
    added: int = 0
    matched: int = 0
    changed: Counter[int] = field(default_factory=Counter)
    examples: dict[int, list[str]] = field(default_factory=dict)
    gone: Counter[int] = field(default_factory=Counter)
    differing: Counter[tuple[int, int]] = field(default_factory=Counter)


def merge(before: Iterable[Row], after: Iterable[Row], gone: int, added: int) -> Merged:
    """Compare rows that come in the order of their keys; `gone` and `added` are the numbers of such columns."""
    merged = Merged()
    tagged = heapq.merge(
        ((row.key, 0, row) for row in before), ((row.key, 1, row) for row in after), key=lambda one: one[:2]
    )
    for _, group in itertools.groupby(tagged, key=lambda one: one[0]):
        rows = list(group)
        old = [row for _, side, row in rows if side == 0]
        new = [row for _, side, row in rows if side == 1]
        for one, other in _matched(old, new):
            _compare(one, other, merged, gone, added)
        merged.lost += max(0, len(old) - len(new))
        merged.added += max(0, len(new) - len(old))
    return merged


def _matched(old: list[Row], new: list[Row]) -> Iterator[tuple[Row, Row]]:
    if len(old) == 1 == len(new):
        yield old[0], new[0]
        return
    left: dict[str, list[Row]] = {}
    for row in new:
        left.setdefault(row.digest, []).append(row)
    unmatched = []
    for row in old:
        if left.get(row.digest):
            yield row, left[row.digest].pop()
        else:
            unmatched.append(row)
    yield from zip(unmatched, itertools.chain.from_iterable(left.values()), strict=False)


def _compare(old: Row, new: Row, merged: Merged, gone: int, added: int) -> None:
    merged.matched += 1
    if old.digest != new.digest:
        for place, (was, now) in enumerate(zip(old.values, new.values, strict=True)):
            if was != now:
                merged.changed[place] += 1
                examples = merged.examples.setdefault(place, [])
                if len(examples) < EXAMPLES:
                    examples.append(old.key)
    for place in range(gone):
        was = old.others[place]
        merged.gone[place] += was is not None
        for other in range(added):
            merged.differing[place, other] += was != new.others[place * added + other]
