"""
Locks over time as a picture, one file for each revision: what was locked, in which mode, and who waited.

Both directions stand one above the other, each on an axis of its own: a downgrade of 3 ms would be nothing beside an
upgrade of 2 s. A file needs nothing but itself, and is read in light and dark, without colours, and aloud.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pipeline.errors import CouldNotAnswer
from pipeline.review.render.lanes import Lane, in_order, lanes, length_of, ticks, time_of, worst_stalls
from pipeline.review.render.proved import Told, how_reversible, passages, revisions, terms
from pipeline.review.render.summary import number_of
from pipeline.review.render.svg import PATTERNS, STYLE, box, diamond, line, shown, words
from pipeline.review.render.visible import in_one_line, shortened
from pipeline.review.report import Report

_T = TypeVar("_T")
_WIDTH, _LEFT, _RIGHT, _EDGE = 900, 290, 876, 24
_TOP = 96
_LANE, _STALLED_LANE, _BAR = 36, 56, 14
_MOST_LANES = 16
_CLOSEST = 7
"""How near two marks may be, on a page of that width, and still be told apart."""
_STYLES = {"reads and writes": "both", "writes": "writes", "nobody": "nobody"}


def write(report: Report, directory: Path) -> None:
    """Write a file for each revision that was run; raises CouldNotAnswer where that cannot be."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for revision in revisions(report.live):
            drawn = draw(report.live, revision)
            (directory / file_name(revision["revision"])).write_text(drawn, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CouldNotAnswer(
            f"The charts cannot be written to {directory} ({error.strerror}): name a folder that can be written to."
        ) from error


def file_name(revision: str) -> str:
    """The revision's id, as every file system takes it; told from others by a hash where something had to change."""
    safe = re.sub(r"[^a-z0-9_]+", "-", revision.lower()).strip("-")[:60]
    if safe and safe == revision:
        return f"{safe}.svg"
    return f"{safe or 'revision'}-{hashlib.sha256(revision.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}.svg"


def draw(live: Told, revision: Told) -> str:
    """Return the picture of one of `live`'s revisions."""
    parts: list[str] = []
    y = float(_TOP)
    for name, passage in passages(revision):
        panel = _Panel(name, passage, y)
        parts += panel.draw()
        y = panel.bottom
    title = f"Revision {revision['revision']}: {revision['verdict']}"
    about = f"On {terms(live)}. Reversible: {how_reversible(revision)}."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y:g}" width="{_WIDTH}" height="{y:g}"'
            ' role="img" aria-labelledby="title desc">',
            f'<title id="title">{shown(title)}</title>',
            f'<desc id="desc">{shown(" ".join([about, *_aloud(revision)]), 4_000)}</desc>',
            f"<style>{STYLE}</style><defs>{PATTERNS}</defs>",
            f'<rect class="page" width="{_WIDTH}" height="{y:g}" rx="8"/>',
            words(_EDGE, 32, shortened(title, 100), "title"),
            words(_EDGE, 52, shortened(about, 140), "quiet"),
            *_legend(76),
            *parts,
            "</svg>\n",
        ]
    )


def _aloud(revision: Told) -> Iterator[str]:
    for name, passage in passages(revision):
        found = lanes(passage)
        locks = [
            f"{lane.mode} on {lane.relation} for {time_of(lane.held)}, which blocks {lane.blocks}" for lane in found[:8]
        ]
        more = [f"and {len(found) - 8:,} more locks"] if len(found) > 8 else []
        waits = [
            f"{kind} of {relation} waited {time_of(waited)}"
            for kind, (waited, relation) in worst_stalls(passage).items()
            if waited
        ]
        failed = ["it failed"] if passage["failed"] is not None else []
        told = [*failed, *locks, *more, *waits] or ["it locked nothing that was there before"]
        yield f"The {name} took {time_of(passage['seconds'])}: {'; '.join(told)}."


def _legend(y: float) -> Iterator[str]:
    x = float(_EDGE)
    for blocks, style in _STYLES.items():
        yield box(x, y - 10, (22, 11), style)
        yield words(x + 28, y, f"blocks {blocks}", "quiet")
        x += 190 if style == "both" else 130
    yield box(x, y - 8, (22, 6), "waited")
    yield words(x + 28, y, "longest wait", "quiet")
    x += 126
    yield line(x, y - 11, x, y + 2, "sent")
    yield words(x + 8, y, "a statement, by its line", "quiet")
    x += 170
    yield diamond(x + 5, y - 4, "commit")
    yield words(x + 16, y, "a commit", "quiet")


class _Panel:
    """One direction: its heading, its axis, and a row for each relation and mode."""

    def __init__(self, name: str, passage: Told, top: float) -> None:
        self._passage, self._name, self._top = passage, name, top
        self._length = length_of(passage)
        self._all = lanes(passage)
        self._stalls = {one["relation"]: one for one in passage["stalls"] if max(one["reads"], one["writes"]) > 0}
        self._rows = self._laid_out()
        rest = 20 if self._beside_them() else 0
        self._end = top + 62 + sum(height for _, height, _ in self._rows) + rest
        self.bottom = self._end + 26

    def _laid_out(self) -> list[tuple[Lane, int, Told | None]]:
        """Each lane with its height and, at the worst lane of a relation, how long others waited for that."""
        worst = self._all[:_MOST_LANES]
        first = {lane.relation: lane for lane in reversed(worst) if lane.weight}
        rows = []
        for lane in in_order(worst):
            stall = self._stalls.get(lane.relation) if first.get(lane.relation) is lane else None
            rows.append((lane, _STALLED_LANE if stall else _LANE, stall))
        return rows

    def draw(self) -> Iterator[str]:
        passage = self._passage
        yield words(_EDGE, self._top + 20, shortened(f"{self._name.capitalize()}, {self._took()}", 110), "heading")
        if passage["failed"] is not None:
            failed = in_one_line(f"failed: {passage['failed']}")
            yield words(_LEFT + 20, self._top + 20, shortened(failed, 90), "quiet")
        yield from self._axis()
        yield from self._moments()
        y = self._top + 62
        for lane, height, stall in self._rows:
            yield from self._lane(lane, y)
            if stall:
                yield from self._waited(lane, stall, y)
            y += height
        if said := self._beside_them():
            yield words(_EDGE, y + 12, said, "quiet")

    def _beside_them(self) -> str:
        if not self._all:
            return "nothing that was there before was locked"
        more = len(self._all) - _MOST_LANES
        return f"and {more:,} more that block less or shorter" if more > 0 else ""

    def _took(self) -> str:
        return f"{time_of(self._passage['seconds'])}, {number_of(len(self._passage['statements']), 'statement')}"

    def _axis(self) -> Iterator[str]:
        y = self._top + 48
        yield line(_EDGE, y + 6, _RIGHT, y + 6, "grid")
        for at, label in ticks(self._length, 7):
            x = self._x(at)
            yield line(x, y + 2, x, self._end, "grid")
            yield words(min(x, _RIGHT - 12), y - 2, label, "quiet", "middle")

    def _moments(self) -> Iterator[str]:
        """When statements were sent and when something was committed; no more than can be told apart."""
        free = 0.0
        for x, one in self._apart((one["at"], one) for one in self._passage.get("sent", ())):
            yield line(x, self._top + 54, x, self._end, "sent")
            if x >= free:
                yield words(x, self._end + 12, f"line {one['line']}", "quiet", "start" if x < _RIGHT - 40 else "end")
                free = x + 60
        for x, at in self._apart((at, at) for at in self._passage.get("commits", ())):
            yield line(x, self._top + 54, x, self._end, "commit")
            yield diamond(x, self._top + 54, f"commit at {time_of(at)}")

    def _apart(self, moments: Iterable[tuple[float, _T]]) -> Iterator[tuple[float, _T]]:
        last = 0.0
        for at, one in moments:
            if (x := self._x(at)) - last >= _CLOSEST:
                last = x
                yield x, one

    def _lane(self, lane: Lane, y: float) -> Iterator[str]:
        yield words(_EDGE, y + 13, shortened(in_one_line(lane.relation), 36), "name")
        times = f", {len(lane.spans)} times" if len(lane.spans) > 1 else ""
        yield words(_EDGE, y + 27, f"{lane.mode}, {time_of(lane.held)}{times}", "quiet")
        told = f"{lane.mode} on {lane.relation} for {time_of(lane.held)}: blocks {lane.blocks}"
        for since, until in lane.spans:
            yield self._bar((since, until), (y + 5, _BAR), _STYLES.get(lane.blocks, "nobody"), told)

    def _waited(self, lane: Lane, stall: Told, y: float) -> Iterator[str]:
        """Hollow, from where the lock begins: when somebody waited longest is not known, only how long."""
        kinds = [kind for kind in ("reads", "writes") if stall[kind] > 0]
        said = ", ".join(f"{kind} {time_of(stall[kind])}" for kind in kinds)
        yield words(_EDGE, y + 42, f"at worst waited: {said}", "quiet")
        since = lane.spans[0][0]
        for place, kind in enumerate(kinds):
            told = f"{kind} of {lane.relation} waited {time_of(stall[kind])} at worst"
            yield self._bar((since, since + stall[kind]), (y + 25 + 11 * place, 7), "waited", told)

    def _bar(self, span: tuple[float, float], place: tuple[float, float], style: str, told: str) -> str:
        left, right = map(self._x, span)
        top, height = place
        return box(left, top, (max(2.0, right - left), height), style, told)

    def _x(self, at: float) -> float:
        return _LEFT + min(1.0, max(0.0, at / self._length)) * (_RIGHT - _LEFT)
