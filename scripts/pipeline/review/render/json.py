"""The report for other programs. Its keys are an interface: add to them, never rename."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from pipeline.review.finding import Finding, NotAnalysed
from pipeline.review.render.places import from_here
from pipeline.review.report import Report

VERSION = 1


def render(report: Report) -> str:
    """Return the report as JSON, in ASCII: a file name that is not UTF-8 could not be written otherwise."""
    document = {
        "version": VERSION,
        "analysed": [from_here(file) for file in report.analysed],
        "not_analysed": [_not_analysed(place) for place in report.not_analysed],
        "findings": [_finding(finding) for finding in report.findings],
        "live": _live(report.live),
        "failures": list(report.failures),
    }
    # What the live phase hands over may hold paths, times and numbers of PostgreSQL's: their text will do.
    return json.dumps(document, indent=2, default=str) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "phase": finding.phase,
        "revision": finding.revision,
        "direction": finding.direction,
        "file": from_here(finding.file),
        "line": finding.line,
        "subject": finding.subject,
        "message": finding.message,
        "remedy": finding.remedy,
        "evidence": list(finding.evidence),
        "waived": finding.waived,
    }


def _not_analysed(place: NotAnalysed) -> dict[str, Any]:
    return {"file": from_here(place.file), "line": place.line, "why": place.why}


def _live(told: Any, name: str = "") -> Any:
    """The same, with files as they are called everywhere else; JSON has no word for a number that is none."""
    match told:
        case dict():
            return {str(key): _live(value, str(key)) for key, value in told.items()}
        case list() | tuple():
            return [_live(one) for one in told]
        case float() if not math.isfinite(told):
            return None
        case str() if name == "file":
            return from_here(Path(told))
    return told
