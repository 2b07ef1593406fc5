"""The few shapes of SVG that the charts are made of; whatever text they are given is shown, never obeyed."""

from __future__ import annotations

import re
from html import escape

from pipeline.review.render.visible import in_one_line

_NOT_IN_XML = re.compile("[\ufffe\uffff]")

STYLE = """
svg { --page: #ffffff; --ink: #1f2328; --quiet: #59636e; --grid: #d1d9e0; --both: #b3261e; --writes: #9a5b00;
      --nobody: #59636e; --commit: #1a7f37; font: 13px ui-sans-serif, system-ui, "Segoe UI", sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --grid: #3d444d; --both: #ff7b72; --writes: #e3a13b;
        --nobody: #9198a1; --commit: #3fb950; }
}
text { fill: var(--ink); }
.quiet { fill: var(--quiet); font-size: 11px; }
.title { font-size: 15px; font-weight: 600; }
.heading { font-weight: 600; }
.page { fill: var(--page); }
.grid { stroke: var(--grid); }
.sent { stroke: var(--quiet); stroke-dasharray: 2 3; }
.commit { stroke: var(--commit); }
.name { clip-path: url(#left); }
.mark { fill: var(--commit); }
.both { fill: url(#both); stroke: var(--both); }
.writes { fill: url(#writes); stroke: var(--writes); }
.nobody { fill: url(#nobody); stroke: var(--nobody); }
.waited { fill: none; stroke: var(--ink); stroke-dasharray: 4 2; }
.ground-both { fill: var(--both); }
.ground-writes { fill: var(--page); }
.line-writes { stroke: var(--writes); stroke-width: 3.5; }
.dot-nobody { fill: var(--nobody); }
"""
PATTERNS = (
    '<clipPath id="left"><rect width="282" height="100%"/></clipPath>'
    '<pattern id="both" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect class="ground-both" width="8" height="8"/></pattern>'
    '<pattern id="writes" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground-writes" width="7" height="7"/><line class="line-writes" y2="7"/></pattern>'
    '<pattern id="nobody" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="ground-writes" width="6" height="6"/><circle class="dot-nobody" cx="3" cy="3" r="1"/></pattern>'
)
"""Solid, striped and dotted: told apart without colours, too. A name of wide letters ends where the bars begin."""


def shown(said: str, longest: int = 300) -> str:
    """Somebody's text between two tags or within an attribute."""
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", in_one_line(said, longest)))


def words(x: float, y: float, said: str, style: str = "", anchor: str = "start") -> str:
    """`said` as text that starts, ends or has its middle at `x`."""
    return f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">{shown(said)}</text>'


def line(x: float, y: float, to_x: float, to_y: float, style: str) -> str:
    return f'<line x1="{x:.1f}" y1="{y:g}" x2="{to_x:.1f}" y2="{to_y:g}" class="{style}"/>'


def box(x: float, y: float, size: tuple[float, float], style: str, told: str = "") -> str:
    """A bar; `told` is what a pointer that rests on it is shown."""
    width, height = size
    title = f"<title>{shown(told)}</title>" if told else ""
    return f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}" class="{style}">{title}</rect>'


def diamond(x: float, y: float, told: str) -> str:
    return f'<path d="M{x:.1f} {y - 5:g}l5 5l-5 5l-5 -5z" class="mark"><title>{shown(told)}</title></path>'
