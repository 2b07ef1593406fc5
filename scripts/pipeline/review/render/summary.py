"""The one line that is read when nothing else is: how many of what, in how much, and what is not known."""

from __future__ import annotations

from pipeline.review.finding import Finding, Severity
from pipeline.review.report import Report

WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def summary(report: Report) -> str:
    """Such as "2 errors, 1 warning in 3 revisions; 1 statement could not be analysed"."""
    return "; ".join([_what_was_found(report), *_beside_it(report)])


def open_findings(report: Report) -> list[Finding]:
    """Those that nobody has accepted."""
    return [finding for finding in report.findings if finding.waived is None]


def all_is_fine(report: Report) -> bool:
    """Nothing was found, and nothing escaped being looked at."""
    unknown = report.not_analysed or report.failures
    return bool(report.analysed) and not open_findings(report) and not unknown


def number_of(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _what_was_found(report: Report) -> str:
    found = open_findings(report)
    counts = [
        number_of(count, word)
        for severity, word in WORDS.items()
        if (count := sum(finding.severity is severity for finding in found))
    ]
    if not report.analysed:
        # Nothing to answer about is an answer; no answer to what was asked is none.
        nothing = "no revision was analysed" if report.failures or report.not_analysed else "no new revisions"
        return f"{', '.join(counts)}; {nothing}" if counts else nothing.capitalize()
    return f"{', '.join(counts) or 'Nothing found'} in {number_of(len(report.analysed), 'revision')}"


def _beside_it(report: Report) -> list[str]:
    accepted = len(report.findings) - len(open_findings(report))
    said = [f"{accepted:,} accepted with a reason"] if accepted else []
    if report.not_analysed:
        said.append(f"{number_of(len(report.not_analysed), 'statement')} could not be analysed")
    return said
