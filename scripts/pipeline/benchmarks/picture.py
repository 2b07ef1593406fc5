"""
The stalls as a picture, readable on white and on black: an SVG follows the colours its reader has chosen.

The scale is logarithmic, because one stall is some milliseconds and the next one a quarter of a minute.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from pipeline.benchmarks.figures import LOCK_TIMEOUT_SECONDS, Figures, Stall, duration

_WIDTH, _LEFT, _RIGHT, _TOP = 860, 270, 90, 74
_BAR, _GAP = 15, 14
_SHORTEST = 0.001

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 16px }
.change { font-weight: 600 }
.axis { fill: #59636e; font-size: 11px }
line { stroke: #d1d9e0 }
.limit { stroke: #8250df; stroke-dasharray: 5 4; stroke-width: 1.5 }
.limit-label { fill: #8250df; font-size: 11px }
.harmful { fill: #bc4c00 }
.safe { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .axis { fill: #9198a1 }
  line { stroke: #3d444d }
  .limit { stroke: #ab7df8 }
  .limit-label { fill: #ab7df8 }
  .harmful { fill: #f0883e }
  .safe { fill: #4493f8 }
}
"""


def draw(figures: Figures) -> str:
    """Return the picture of `figures`: for each change and way, the longest stall of the reader and of the writer."""
    longest = max(max(stall.reader, stall.writer) for stall in figures.stalls)
    scale = _Scale(max(10.0, longest * 1.2))
    marks, bottom = _bars(figures.stalls, scale)
    described = f"Longest stall while a table of {figures.rows:,} rows is changed"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {bottom + 30}" role="img">',
            f"<title>{described}</title>",
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="12" y="26">{described}</text>',
            f'<text class="axis" x="12" y="46">one row read, one row written by its key, again and again; undisturbed: '
            f"{duration(figures.quiet.reader)} and {duration(figures.quiet.writer)} at most</text>",
            *_grid(scale, bottom),
            *marks,
            "</svg>",
            "",
        ]
    )


class _Scale:
    """Seconds to the right of the labels, by their magnitude."""

    def __init__(self, longest: float) -> None:
        self.longest = longest

    def x(self, seconds: float) -> float:
        share = math.log10(max(seconds, _SHORTEST) / _SHORTEST) / math.log10(self.longest / _SHORTEST)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _grid(scale: _Scale, bottom: int) -> Iterator[str]:
    seconds = _SHORTEST
    while seconds <= scale.longest:
        x = scale.x(seconds)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{bottom}"/>'
        yield f'<text class="axis" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{duration(seconds)}</text>'
        seconds *= 10
    x = scale.x(LOCK_TIMEOUT_SECONDS)
    yield f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{bottom}"/>'
    label = f"lock_timeout, {duration(LOCK_TIMEOUT_SECONDS)}"
    yield f'<text class="limit-label" x="{x:.1f}" y="{_TOP - 10}" text-anchor="middle">{label}</text>'


def _bars(stalls: tuple[Stall, ...], scale: _Scale) -> tuple[list[str], int]:
    """Return the bars with their labels, and where they end."""
    marks, y = [], _TOP
    for change, ways in groupby(stalls, key=lambda stall: stall.change):
        y += _GAP + 4
        marks.append(f'<text class="change" x="12" y="{y}">{escape(change)}</text>')
        y += 6
        for stall in ways:
            for who, seconds in (("reader", stall.reader), ("writer", stall.writer)):
                marks += _bar(f"{stall.way}: {who}", seconds, "safe" if stall.safe else "harmful", y, scale)
                y += _BAR + 2
        y += 2
    return marks, y + 4


def _bar(label: str, seconds: float, kind: str, y: int, scale: _Scale) -> list[str]:
    end = scale.x(seconds)
    return [
        f'<text x="{_LEFT - 8}" y="{y + _BAR - 3}" text-anchor="end">{escape(label)}</text>',
        f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{max(1.0, end - _LEFT):.1f}" height="{_BAR}" rx="2"/>',
        f'<text x="{max(end, _LEFT) + 6:.1f}" y="{y + _BAR - 3}">{duration(seconds)}</text>',
    ]
