"""
Without this file thirty days of posts would be a column of numbers.

Only rectangles are drawn, and nothing is styled here: the page's policy forbids it, and two colour schemes need it
elsewhere. Words stand beside the picture as text, so that they are as large on a phone as anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from yt_pubsub_handler.link_health import Day
from yt_pubsub_handler.web.moments import day_in_words

KINDS = ("posted", "failed", "other")
_STEP, _BAR = 10, 8
_HEIGHT = 100.0


def chart(days: Sequence[Day]) -> Markup:
    """Draw how many posts of each day ended in which way, as an SVG element that stretches to its place."""
    most = max((day.all for day in days), default=0)
    bars = Markup("").join(
        _bar(number, day, kind, most) for number, day in enumerate(days) for kind in KINDS if getattr(day, kind)
    )
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height:g}" preserveAspectRatio="none" role="img" '
        'aria-labelledby="chart-title chart-desc">'
        '<title id="chart-title">{title}</title><desc id="chart-desc">{desc}</desc>'
        '<path class="ground" d="M0 {ground:g}H{width}"/>{bars}</svg>'
    ).format(
        width=len(days) * _STEP, height=_HEIGHT + 1, ground=_HEIGHT + 0.5, bars=bars,
        title=f"Posts of the last {len(days)} days", desc=in_a_sentence(days),
    )  # fmt: skip


def in_a_sentence(days: Sequence[Day]) -> str:
    """Say what the picture shows."""
    sums = {kind: sum(getattr(day, kind) for day in days) for kind in KINDS}
    if not any(sums.values()):
        return "No video went up."
    told = f"{sums['posted']} posted, {sums['failed']} failed, {sums['other']} skipped or still open"
    busiest = max(days, key=lambda day: day.all)
    return f"{told}; most on {day_in_words(busiest.day)}: {busiest.all}."


def _bar(number: int, day: Day, kind: str, most: int) -> Markup:
    """One part of a day's bar; what was posted is at the bottom."""
    below = sum(getattr(day, lower) for lower in KINDS[: KINDS.index(kind)])
    height = getattr(day, kind) / most * _HEIGHT
    y = _HEIGHT - below / most * _HEIGHT - height
    return Markup('<rect class="{}" x="{}" y="{:.2f}" width="{}" height="{:.2f}"/>').format(
        kind, number * _STEP + 1, y, _BAR, height
    )
