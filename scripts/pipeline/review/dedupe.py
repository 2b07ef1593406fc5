"""
What of the findings is said once.

A column that is dropped beside another one that is added is a dropped column to one rule and a renamed one to another.
Both are right, and the second says more: its rule `replaces` the first. A finding that was waived replaces nothing, so
whoever says "this is no rename" is told what the drop alone does; and a guess replaces nothing that is worse.

A loop over forty tables does forty times what one line says. It is told for the first, and the others are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
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
    by: dict[tuple[str, Path, int, str], int] = {}
    for finding in findings:
        for name in replaces.get(finding.rule, ()) if finding.waived is None else ():
            for subject in (finding.subject, *finding.about):
                key = (name, finding.file, finding.line, subject)
                by[key] = max(by.get(key, 0), finding.severity.weight)
    return [one for one in findings if one.severity.weight > by.get((one.rule, one.file, one.line, one.subject), -1)]


_SEVERAL = 3
_NAMED = 20


def of_a_loop_together(findings: Iterable[Finding]) -> list[Finding]:
    """Make one of the findings of one line that differ in nothing but the name of what they are about."""
    alike: dict[object, list[Finding]] = {}
    for one in findings:
        message = one.message.replace(one.subject, "{}")
        key = (one.rule, one.severity, one.file, one.line, one.direction, message, one.evidence, one.waived)
        alike.setdefault(key, []).append(one)
    return [one for found in alike.values() for one in ([_for_all(found)] if len(found) >= _SEVERAL else found)]


def _for_all(found: list[Finding]) -> Finding:
    first, *others = found
    named = ", ".join(one.subject for one in others[:_NAMED])
    rest = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    note = f"This line does the same to {len(others)} others: {named}{rest}."
    return replace(first, evidence=(*first.evidence, note), about=(*first.about, *(one.subject for one in others)))
