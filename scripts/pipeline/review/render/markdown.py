"""
The report for a job's summary and for a comment on a pull request.

Everything a revision says is input here: it is escaped, so that it neither becomes markup nor mentions anybody, and
the whole is bounded, as GitHub refuses a longer comment and drops a longer summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.review.finding import Direction, Finding, NotAnalysed
from pipeline.review.render import markdown_live
from pipeline.review.render.bounded import Section, bounded, fits
from pipeline.review.render.escaped import as_html, as_markdown, code_span, fenced
from pipeline.review.render.excerpt import excerpt
from pipeline.review.render.order import by_file
from pipeline.review.render.places import from_checkout
from pipeline.review.render.remedy import blocks
from pipeline.review.render.summary import WORDS, all_is_fine, summary
from pipeline.review.render.visible import in_one_line, shortened
from pipeline.review.report import Report

MARKER = "<!-- review of revisions -->"
"""The first line: a comment that starts with it is ours to update."""
NOTHING_TO_SAY = "<!-- all is fine -->"
"""The second line when there is nothing to tell that is worth a new comment."""

# GitHub's limits: for a comment in characters, for a step's part of the summary 1 MiB, of which a character may take
# three bytes for each of its UTF-16 units.
LONGEST = 65_536
LONGEST_SUMMARY = 1024 * 1024 // 3
_LONGEST_CODE = 6_000


def render(report: Report, longest: int = LONGEST) -> str:
    """Return the report as GitHub's Markdown, of at most `longest` characters."""
    head = [MARKER, *([NOTHING_TO_SAY] if all_is_fine(report) else []), f"### Review: {summary(report)}"]
    top = "\n".join(head) + "\n"
    sections, seen = list(_sections(report)), list(markdown_live.sections(report.live))
    if seen and not fits(top, [*sections, *seen], longest):
        seen = list(markdown_live.sections(report.live, with_sql=False))
    return bounded(top, [*sections, *seen], longest)


def _sections(report: Report) -> Iterator[Section]:
    if report.failures:
        yield Section(report.failures, _failures)
    for found in by_file(report):
        yield Section(found, _revision)
    if report.not_analysed:
        yield Section(report.not_analysed, _not_analysed)


def _failures(failures: Sequence[str]) -> str:
    said = [f"- {as_markdown(in_one_line(failure))}" for failure in failures]
    return "\n".join(["#### Could not be answered", "", *said, ""])


def _revision(findings: Sequence[Finding]) -> str:
    rows = ["| line | | rule | in production |", "| ---: | --- | --- | --- |"]
    rows += [_row(finding) for finding in findings]
    details = [line for finding in findings for line in _details(finding)]
    title = f"#### {as_markdown(in_one_line(from_checkout(findings[0].file)))}"
    return "\n".join([title, "", *rows, "", *details])


def _row(finding: Finding) -> str:
    severity = "accepted" if finding.waived is not None else WORDS[finding.severity]
    direction = " in downgrade" if finding.direction is Direction.DOWNGRADE else ""
    said = as_markdown(in_one_line(finding.message))
    if finding.waived is not None:
        said += f" **Accepted:** {as_markdown(in_one_line(finding.waived))}"
    return f"| {finding.line} | {severity}{direction} | {code_span(finding.rule)} | {said} |"


def _details(finding: Finding) -> Iterator[str]:
    """The fold with the line, the evidence and the corrected code; nothing for what was accepted."""
    if finding.waived is not None or not (finding.remedy or finding.evidence):
        return
    about = f"line {finding.line}, {finding.rule}: {in_one_line(finding.subject, 200)}"
    yield f"<details><summary>{as_html(about)}</summary>"
    yield ""
    if lines := excerpt(finding.file, finding.line):
        yield fenced(shortened("\n".join(line for _, line in lines), _LONGEST_CODE), "python")
        yield ""
    if finding.evidence:
        yield from (f"- {as_markdown(in_one_line(said))}" for said in finding.evidence[:20])
        yield ""
    yield from _remedy(finding.remedy)
    yield "</details>"
    yield ""


def _remedy(remedy: str) -> Iterator[str]:
    found = blocks(remedy)
    if found and found[0].is_code:
        yield "**Instead:**"
        yield ""
    for number, block in enumerate(found):
        begin = "" if number else "**Instead:** "
        yield (
            fenced(_whole_or_said(block.text), "python")
            if block.is_code
            else begin + as_markdown(in_one_line(block.text))
        )
        yield ""


def _whole_or_said(code: str) -> str:
    # Half of a revision that looks whole would be pasted.
    return code if len(code) <= _LONGEST_CODE else f"{code[:_LONGEST_CODE]}\n# … cut here: it is too long to show."


def _not_analysed(places: Sequence[NotAnalysed]) -> str:
    rows = []
    for place in places:
        where = as_markdown(in_one_line(from_checkout(place.file)))
        rows.append(f"- {where}, line {place.line}: {as_markdown(in_one_line(place.why))}")
    return "\n".join(["#### Not analysed, so nothing is known about it", "", *rows, ""])
