"""Locks over time in a few lines of text, for a page that shows no pictures of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.review.render.lanes import Lane, in_order, lanes, length_of, ticks, time_of
from pipeline.review.render.visible import in_one_line, shortened

_SIGNS = {"reads and writes": "█", "writes": "▒", "nobody": "─"}
_WIDTH = 30
_LONGEST_LABEL = 42
_MOST = 10


def bars(passages: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return for each direction that locked anything an axis and a line for each relation and mode; then the signs."""
    drawn: list[str] = []
    met: set[str] = set()
    for name, passage in passages:
        if found := lanes(passage):
            drawn += [f"{name}:", *_direction(found, length_of(passage)), ""]
            met |= {lane.blocks for lane in found[:_MOST]}
    signs = [f"{sign} blocks {blocks}" for blocks, sign in _SIGNS.items() if blocks in met]
    return [*drawn, "   ".join(signs)] if drawn else []


def _direction(found: list[Lane], length: float) -> Iterator[str]:
    yield from _axis(length)
    yield from (_line(lane, length) for lane in in_order(found[:_MOST]))
    if (more := len(found) - _MOST) > 0:
        yield f"and {more:,} more that block less or shorter"


def _axis(length: float) -> Iterator[str]:
    """The labels are left away where they would run into each other."""
    labels, axis = "", list("─" * _WIDTH)
    for at, label in ticks(length, 4):
        column = min(_column(at, length), _WIDTH - 1)
        axis[column] = "┬"
        if len(labels) < column or not labels:
            labels = labels.ljust(column) + label + " "
    yield labels.rstrip()
    yield "".join(axis)


def _line(lane: Lane, length: float) -> str:
    row = [" "] * _WIDTH
    for since, until in lane.spans:
        first = min(_column(since, length), _WIDTH - 1)
        # However short, it was there.
        for column in range(first, max(first + 1, min(_column(until, length), _WIDTH))):
            row[column] = _SIGNS.get(lane.blocks, "─")
    return f"{''.join(row)}  {_label(lane)}"


def _label(lane: Lane) -> str:
    """To the right of the bars, where a name of any width puts nothing out of line."""
    times = f", {len(lane.spans)} times" if len(lane.spans) > 1 else ""
    rest = f"{lane.mode}, {time_of(lane.held)}{times}"
    room = max(12, _LONGEST_LABEL - len(rest))
    return f"{shortened(in_one_line(lane.relation), room)} {rest}"


def _column(at: float, length: float) -> int:
    return round(at / length * _WIDTH)
