"""
What of the findings is said once.

A column that is dropped beside another one that is added is a dropped column to one rule and a renamed one to another.
Both are right, and the second says more: its rule `replaces` the first. A finding that was waived replaces nothing, so
whoever says "this is no rename" is told what the drop alone does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.review.finding import Finding
from pipeline.review.rule import Rule


def once(findings: Iterable[Finding]) -> list[Finding]:
    """Each rule says the same of the same line once, at its worst."""
    said: dict[tuple[str, Path, int, str], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.file, finding.line, finding.subject)
        if key not in said or finding.severity.weight > said[key].severity.weight:
            said[key] = finding
    return list(said.values())


def without_replaced(findings: Sequence[Finding], rules: Iterable[Rule]) -> list[Finding]:
    """Leave out what another rule says better of the same line and subject."""
    replaces = {rule.name: rule.replaces for rule in rules if rule.replaces}
    replaced = {
        (name, finding.file, finding.line, subject)
        for finding in findings
        if finding.waived is None
        for name in replaces.get(finding.rule, ())
        for subject in (finding.subject, *finding.about)
    }
    return [one for one in findings if (one.rule, one.file, one.line, one.subject) not in replaced]
