"""
Applies what findings propose to the files, for `--fix`.

A file is changed as a whole or left as it was: an edit that overlaps another waits for the next run, and code that
would no longer be Python is never written.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pipeline.review.finding import Edit, Finding
from pipeline.review.lines import Source, as_lines, bare, indented_like, read_source
from pipeline.review.render.places import from_here


@dataclass
class _Plan:
    """The edits of one file that go together, and what is to be said about the findings they come from."""

    edits: list[Edit] = field(default_factory=list)
    fixed: list[Finding] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def apply(findings: Iterable[Finding]) -> list[str]:
    """
    Apply the edits of what nobody accepted, and return a sentence for each fix, made or not.

    Raises CouldNotAnswer when a file cannot be read or written.
    """
    with_edits = [finding for finding in findings if finding.edits and finding.waived is None]
    by_place = sorted(with_edits, key=lambda one: (str(one.file), one.line, one.rule))
    said: list[str] = []
    for file, found in groupby(by_place, key=lambda one: one.file):
        said += _fix(file, list(found))
    return said


def _fix(file: Path, findings: list[Finding]) -> list[str]:
    source = read_source(file)
    plan = _plan(findings)
    if _is_done(plan.edits, source):
        return plan.left
    if any(not 1 <= edit.first <= edit.last <= len(source.lines) for edit in plan.edits):
        return [f"{from_here(file)}: left as it was, it has changed since it was reviewed. Review it again."]
    changed = _edited(plan.edits, source)
    if problem := _problem(source, changed):
        return [*plan.left, f"{from_here(file)}: left as it was, the fixed code would not be Python ({problem})."]
    source.write(changed)
    return [*(f"{_place(finding)} is fixed." for finding in plan.fixed), *plan.left]


def _plan(findings: list[Finding]) -> _Plan:
    """Choose from the first line on; all edits of a finding, or none of them."""
    plan = _Plan()
    for finding in findings:
        new = [edit for edit in dict.fromkeys(finding.edits) if edit not in plan.edits]
        if any(_overlap(edit, other) for edit in new for other in [*plan.edits, *new] if other is not edit):
            plan.left.append(f"{_place(finding)} is left: another fix changes the same lines. Run --fix again.")
        else:
            plan.edits += new
            plan.fixed.append(finding)
    plan.edits.sort(key=lambda edit: edit.first)
    return plan


def _overlap(one: Edit, other: Edit) -> bool:
    return one.first <= other.last and other.first <= one.last


def _is_done(edits: list[Edit], source: Source) -> bool:
    """Whether every text stands already where its edit, and the edits above it, would have put it."""
    moved = 0
    for edit in edits:
        start = edit.first - 1 + moved
        new = _new_lines(edit, source, start)
        if [bare(line) for line in source.lines[start : start + len(new)]] != new:
            return False
        moved += len(new) - (edit.last - edit.first + 1)
    # A file that only loses lines looks done wherever it is looked at.
    return all(as_lines(edit.text) for edit in edits)


def _edited(edits: list[Edit], source: Source) -> list[str]:
    lines = list(source.lines)
    for edit in reversed(edits):  # From the bottom, so that the numbers above stay true.
        new = [line + source.newline for line in _new_lines(edit, source, edit.first - 1)]
        if new and bare(lines[edit.last - 1]) == lines[edit.last - 1]:
            new[-1] = bare(new[-1])  # The file's last line had no end, and keeps having none.
        lines[edit.first - 1 : edit.last] = new
    return lines


def _new_lines(edit: Edit, source: Source, index: int) -> list[str]:
    return indented_like(edit.text, source.lines[index] if index < len(source.lines) else "")


def _problem(source: Source, lines: list[str]) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source.encoded(lines))
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except ValueError as error:
        return str(error)
    return None


def _place(finding: Finding) -> str:
    return f"{from_here(finding.file)}:{finding.line}: {finding.rule}"
