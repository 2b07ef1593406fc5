"""In which order findings are told: as the files were reviewed, by line, what was accepted last."""

from __future__ import annotations

from itertools import groupby

from pipeline.review.finding import Finding
from pipeline.review.report import Report


def by_file(report: Report) -> list[list[Finding]]:
    """The findings of each file that has any; a file that was not analysed (it is gone) comes after those that were."""
    order = {file: number for number, file in enumerate(report.analysed)}
    findings = sorted(
        report.findings,
        key=lambda one: (
            order.get(one.file, len(order)),
            str(one.file),
            one.waived is not None,
            one.line,
            one.rule,
            one.subject,
        ),
    )
    return [list(found) for _, found in groupby(findings, key=lambda one: one.file)]
