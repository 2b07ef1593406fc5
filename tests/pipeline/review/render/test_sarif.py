"""What code scanning takes: SARIF 2.1.0, and GitHub's own limits within it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # It ships no types; one call is all we need of it.
import pytest

from pipeline.review.finding import Finding, Severity
from pipeline.review.render import sarif
from pipeline.review.report import Report
from tests.pipeline.review.render.conftest import FINDING, ODD, finding, not_analysed, report

SCHEMA = json.loads(Path(__file__).with_name("sarif_as_we_use_it.json").read_text())


def run_of(reported: Report) -> dict[str, Any]:
    document = json.loads(sarif.render(reported))
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    [run] = document["runs"]
    return dict(run)


def results(*findings: Finding) -> list[dict[str, Any]]:
    return list(run_of(report(*findings))["results"])


def fingerprint(one: Finding) -> str:
    return str(results(one)[0]["partialFingerprints"]["primaryLocationLineHash"])


def test_a_finding_is_a_result_of_its_rule() -> None:
    run = run_of(report(finding(evidence=("1.9 s",))))

    [rule] = run["tool"]["driver"]["rules"]
    [result] = run["results"]
    assert (rule["id"], rule["defaultConfiguration"]) == ("drop-column", {"level": "error"})
    assert "--explain drop-column" in rule["help"]["text"]
    assert result == {
        "ruleId": "drop-column",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"{FINDING.message}\n\n- 1.9 s\n\nInstead: {FINDING.remedy}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "0007_drop_title.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 10},
                }
            }
        ],
        "partialFingerprints": result["partialFingerprints"],
        "suppressions": [],
        "properties": {
            "phase": "sql",
            "direction": "upgrade",
            "revision": "0007",
            "subject": "videos.title",
            "evidence": ["1.9 s"],
            "remedy": FINDING.remedy,
        },
    }


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")])
def test_each_severity_has_its_level(severity: str, level: str) -> None:
    assert results(finding(severity=Severity(severity)))[0]["level"] == level


def test_what_was_accepted_is_suppressed_with_its_reason() -> None:
    assert results(finding(waived="never used"))[0]["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "never used"}
    ]


def test_an_alert_stays_the_same_when_lines_come_above_it(here: Path) -> None:
    before = fingerprint(finding())
    revision = here / FINDING.file
    revision.write_text('"""Explained."""\n\n' + revision.read_text())

    assert fingerprint(finding(line=12)) == before
    assert fingerprint(finding(line=12, subject="videos.length")) != before


def test_two_alike_are_two_alerts() -> None:
    both = results(finding(), finding())

    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in both]
    assert prints == [f"{prints[0][:16]}:1", f"{prints[0][:16]}:2"]


def test_a_path_is_a_uri_below_the_checkout(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here.parent))

    places = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]
        for one in results(finding(file=Path("a b%é\udce9.py")), finding(file=Path("/elsewhere/x.py")))
    ]

    assert places == [
        {"uri": "file:///elsewhere/x.py"},
        {"uri": f"{here.name}/a%20b%25%C3%A9%E9.py", "uriBaseId": "%SRCROOT%"},
    ]


def test_what_was_not_analysed_is_a_notification_at_its_line() -> None:
    [invocation] = run_of(report(not_analysed=(not_analysed(),)))["invocations"]

    [told] = invocation["toolExecutionNotifications"]
    assert told["message"]["text"] == "Not analysed, so nothing is known about it: its table is not known"
    assert told["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}


@pytest.mark.parametrize(
    ("evidence", "remedy", "told"),
    [("x" * 2_000, "drop it later.", "Instead: drop it later."), ("1.9 s", "y" * 2_000, "- 1.9 s")],
)
def test_of_measurement_and_remedy_the_alert_tells_what_fits_whole(evidence: str, remedy: str, told: str) -> None:
    [result] = results(finding(evidence=(evidence,), remedy=remedy))

    assert result["message"]["text"] == f"{FINDING.message}\n\n{told}"


def test_odd_text_and_a_rule_that_is_none_of_ours_are_valid() -> None:
    odd = finding(rule="no-such-rule", subject=ODD, message=ODD * 50, remedy=ODD * 50, evidence=(ODD,), line=0)

    [result] = results(odd)

    assert len(result["message"]["text"]) <= sarif.LONGEST_TEXT


def test_beyond_the_limit_the_worst_are_told_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)

    run = run_of(report(*[finding(severity=Severity.INFO)] * 3, finding(rule="late", line=99)))

    assert [result["ruleId"] for result in run["results"]] == ["drop-column", "drop-column", "late"]
    [told] = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == "Left out: 1 of the least severe findings, as code scanning takes 3."


def test_the_limit_is_code_scannings() -> None:
    assert sarif.MOST_RESULTS == 25_000
