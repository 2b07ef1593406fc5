"""
The report for GitHub's code scanning and for editors: SARIF 2.1.0.

Paths are relative to `%SRCROOT%`, which whoever reads the file knows; the fingerprints leave out the line's number, so
that an alert stays the same alert when lines above it come and go.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.review.finding import Finding, NotAnalysed, Severity
from pipeline.review.render.excerpt import excerpt
from pipeline.review.render.places import from_checkout
from pipeline.review.render.visible import shortened, visible
from pipeline.review.report import Report
from pipeline.review.rule import Rule
from pipeline.review.squawk_rules import every_rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}

# What code scanning accepts; a file beyond it is refused whole.
MOST_RESULTS = 25_000
LONGEST_TEXT = 1_024
LONGEST_NAME = 255


def render(report: Report) -> str:
    """Return one run; when there are more findings than code scanning takes, the worst of them and a word about it."""
    worst_first = sorted(report.findings, key=lambda finding: -finding.severity.weight)
    results = worst_first[:MOST_RESULTS]
    names = sorted({finding.rule for finding in results})
    run = {
        "tool": {"driver": {"name": "review-revisions", "rules": _descriptors(names, results)}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the checkout."}}},
        "columnKind": "unicodeCodePoints",
        "results": _results(results, names),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _descriptors(names: list[str], findings: list[Finding]) -> list[dict[str, Any]]:
    rules = {rule.name: rule for rule in every_rule()}
    severities = {finding.rule: finding.severity for finding in reversed(findings)}
    return [_descriptor(name, rules.get(name), severities[name]) for name in names]


def _descriptor(name: str, rule: Rule | None, severity: Severity) -> dict[str, Any]:
    """A finding may come from elsewhere than a rule of ours (a waiver without a reason): its name has to do then."""
    reason = rule.reason if rule else name.replace("-", " ").capitalize() + "."
    explained = f"{reason}\n\n`python scripts/review_revisions.py --explain {name}` shows examples."
    severity = rule.severity if rule else severity
    return {
        "id": shortened(name, LONGEST_NAME),
        "name": shortened(name, LONGEST_NAME),
        "shortDescription": {"text": shortened(reason.split("\n")[0], LONGEST_TEXT)},
        "fullDescription": {"text": shortened(reason, LONGEST_TEXT)},
        "help": {"text": explained, "markdown": explained},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"tags": [rule.harm.value] if rule else [], "problem.severity": _PROBLEMS[severity]},
    }


def _results(findings: list[Finding], names: list[str]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    index = {name: number for number, name in enumerate(names)}
    results = []
    # In the order of the lines, so that the second of two alike stays the second.
    for finding in sorted(findings, key=lambda one: (str(one.file), one.line)):
        print_ = _fingerprint(finding)
        seen[print_] += 1
        results.append(_result(finding, index[finding.rule], f"{print_}:{seen[print_]}"))
    return results


def _result(finding: Finding, rule_index: int, fingerprint: str) -> dict[str, Any]:
    return {
        "ruleId": shortened(finding.rule, LONGEST_NAME),
        "ruleIndex": rule_index,
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        # Present and empty says "not accepted"; absent would say "nobody knows" beside others that have one.
        "suppressions": []
        if finding.waived is None
        else [{"kind": "inSource", "status": "accepted", "justification": visible(finding.waived)}],
        "properties": {
            "phase": finding.phase,
            "direction": finding.direction,
            "revision": finding.revision,
            "subject": visible(finding.subject),
            "evidence": [visible(said) for said in finding.evidence],
            "remedy": visible(finding.remedy),
        },
    }


def _message(finding: Finding) -> str:
    """
    Code scanning shows the first sentence in lists, the rest in the alert.

    What was measured and the remedy go whole or not at all: half a measurement is wrong, half a remedy is pasted.
    """
    message = shortened(visible(finding.message), LONGEST_TEXT)
    more = ["\n".join(f"- {said}" for said in finding.evidence), f"Instead: {finding.remedy}" if finding.remedy else ""]
    for part in filter(None, map(visible, more)):
        whole = f"{message}\n\n{part}"
        message = whole if len(whole) <= LONGEST_TEXT else message
    return message


def _location(place: Finding | NotAnalysed) -> dict[str, Any]:
    path = from_checkout(place.file)
    # Bytes of a file name that are not UTF-8 are quoted as the bytes they are.
    uri = quote(path.encode("utf-8", "surrogateescape"))
    known = {"uri": f"file://{uri}"} if Path(path).is_absolute() else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": known, "region": {"startLine": max(1, place.line)}}}


def _fingerprint(finding: Finding) -> str:
    lines = excerpt(finding.file, finding.line)
    parts = [
        finding.rule,
        from_checkout(finding.file),
        finding.direction or "",
        finding.subject,
        lines[0][1].strip() if lines else "",
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _notifications(report: Report) -> list[dict[str, Any]]:
    said = [
        {
            "level": "warning",
            "message": {"text": f"Not analysed, so nothing is known about it: {visible(place.why)}"},
            "locations": [_location(place)],
        }
        for place in report.not_analysed
    ]
    if (left_out := len(report.findings) - MOST_RESULTS) > 0:
        text = f"Left out: {left_out:,} of the least severe findings, as code scanning takes {MOST_RESULTS:,}."
        said.append({"level": "warning", "message": {"text": text}})
    return said
