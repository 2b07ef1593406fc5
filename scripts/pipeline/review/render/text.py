"""
The report for a terminal and for a log: what is wrong, why it matters, and the code to paste instead.

Colour is for terminals alone (https://no-color.org). In a workflow's log, nothing of a revision may stand where the
runner looks for commands: it obeys a line that starts with `::`, and `##[` anywhere.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator

from pipeline.review.finding import Direction, Finding, NotAnalysed, Severity
from pipeline.review.render import text_live
from pipeline.review.render.excerpt import excerpt
from pipeline.review.render.order import by_file
from pipeline.review.render.places import from_here
from pipeline.review.render.remedy import Block, blocks
from pipeline.review.render.summary import WORDS, summary
from pipeline.review.render.visible import visible
from pipeline.review.report import Report

_STYLES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_DIM = "2"


def render(report: Report, *, colour: bool | None = None) -> str:
    """Return the report; with `colour` None, it is coloured when standard output is a terminal that wants it."""
    paint = _Paint(colour if colour is not None else wants_colour())
    blocks = ["\n".join(line for finding in found for line in _finding(finding, paint)) for found in by_file(report)]
    blocks += ["\n".join(_not_analysed(report.not_analysed, paint))] if report.not_analysed else []
    if seen := list(text_live.lines(report.live)):
        blocks.append("\n".join([paint(seen[0], "1"), *seen[1:]]))
    text = "\n\n".join([*blocks, summary(report)]) + "\n"
    return _disobeyed(text) if os.environ.get("GITHUB_ACTIONS") else text


def wants_colour() -> bool:
    """Whether standard output is a terminal whose owner has not set NO_COLOR."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()  # None where it was closed from the start.
    return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _disobeyed(text: str) -> str:
    return re.sub(r"^(\s*)::", "\\1\u200b::", text, flags=re.MULTILINE).replace("##[", "#\u200b#[")


class _Paint:
    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._on else text


def _finding(finding: Finding, paint: _Paint) -> Iterator[str]:
    place = visible(f"{from_here(finding.file)}:{finding.line}").replace("\n", "\\n")
    rule = paint(finding.rule, _DIM if finding.waived is not None else _STYLES[finding.severity])
    yield f"{place}: {rule}{_besides(finding)}"
    yield from _indented(finding.message, "  ")
    for number, line in excerpt(finding.file, finding.line):
        yield paint(f"  {number:>5} | {visible(line)}", _DIM)
    for said in finding.evidence:
        first, *rest = visible(said).strip().split("\n")
        yield f"  - {first}"
        yield from (f"    {line}" for line in rest)
    if finding.waived is not None:
        yield from _indented(f"Accepted: {finding.waived}", "  ")
    else:
        yield from _remedy(finding.remedy)


def _besides(finding: Finding) -> str:
    """An error in an upgrade is what a review is about; only what is different is said."""
    severity = [] if finding.severity is Severity.ERROR else [WORDS[finding.severity]]
    direction = ["in downgrade"] if finding.direction is Direction.DOWNGRADE else []
    said = ", ".join(severity + direction)
    return f" ({said})" if said else ""


def _remedy(remedy: str) -> Iterator[str]:
    first, *rest = blocks(visible(remedy)) or [Block("", is_code=False)]
    if first.is_code and not rest and "\n" not in first.text:
        yield f"  Instead: {first.text}"
        return
    if first.is_code:
        yield "  Instead:"
    elif first.text:
        yield from _indented(f"Instead: {first.text}", "  ")
    for block in [first, *rest] if first.is_code else rest:
        indent = "      " if block.is_code else "  "
        yield from (f"{indent}{line}".rstrip() for line in block.text.split("\n"))


def _indented(text: str, indent: str) -> Iterator[str]:
    for line in visible(text).strip().split("\n"):
        yield f"{indent}{line}".rstrip()


def _not_analysed(places: Iterable[NotAnalysed], paint: _Paint) -> Iterator[str]:
    yield paint("Not analysed, so nothing is known about it:", "1")
    for place in places:
        where = visible(f"{from_here(place.file)}:{place.line}").replace("\n", "\\n")
        first, *rest = visible(place.why).strip().split("\n")
        yield f"  {where}: {first}"
        yield from (f"    {line}".rstrip() for line in rest)
