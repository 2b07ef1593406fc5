"""Annotations: what the runner makes of each line, told by the runner's own unescaping."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.review.finding import Phase, Severity
from pipeline.review.render import github
from tests.pipeline.review.render import lived
from tests.pipeline.review.render.conftest import FINDING, ODD, finding, not_analysed, report


def obeyed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner takes it apart: the properties end at the first `::`."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match, line
    properties = dict(pair.split("=", 1) for pair in match[2].split(","))
    return match[1], {key: unescaped(value, "%3A", "%2C") for key, value in properties.items()}, unescaped(match[3])


def unescaped(text: str, *more: str) -> str:
    signs = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
    for code in ("%0D", "%0A", *more):
        text = text.replace(code, signs[code])
    return text.replace("%25", "%")


def test_a_finding_is_one_annotation_at_its_line_and_the_log_ends_with_the_summary() -> None:
    [command, last] = github.render(report(finding(evidence=("1.9 s",)))).splitlines()

    assert obeyed(command) == (
        "error",
        {"file": "0007_drop_title.py", "line": "10", "title": "drop-column: videos.title"},
        "The release serving traffic still selects videos.title.\n- 1.9 s\n"
        "Instead: unmap videos.title and deploy, then drop it in the next pull request.",
    )
    assert last == "1 error in 1 revision"


def test_beside_a_job_that_reads_only_what_running_found_is_annotated() -> None:
    seen = [finding(), finding(rule="fails-on-rows", phase=Phase.LIVE), finding(rule="breaks", phase=Phase.WINDOW)]

    *commands, last = github.render_what_ran(report(*seen, not_analysed=(not_analysed(),))).splitlines()

    assert [obeyed(command)[1]["title"].split(":")[0] for command in commands] == ["fails-on-rows", "breaks"]
    assert last.startswith("3 errors in 1 revision"), "the summary is of all"


def test_whatever_a_revision_says_it_stays_in_its_one_command() -> None:
    told = github.render(
        report(
            finding(file=Path(f"a,b::c%/{ODD[:20]}"), subject=f"a,b::error::{ODD}", message=ODD, remedy=ODD),
            not_analysed=(not_analysed(ODD),),
        )
    )

    [first, second, last] = told.splitlines()
    name, properties, message = obeyed(first)
    assert (name, list(properties)) == ("error", ["file", "line", "title"])
    assert properties["file"] == f"a,b::c%/{ODD[:20]}"
    assert properties["title"].startswith("drop-column: a,b::error::na")
    assert "%0A ::error:: $x$" in message
    assert obeyed(second)[0] == "notice"
    assert last == "1 error in 1 revision; 1 statement could not be analysed"


def test_the_worst_comes_first_as_only_ten_of_a_kind_are_shown() -> None:
    told = github.render(report(finding(severity=Severity.INFO), finding(severity=Severity.WARNING), finding()))

    assert [line.split()[0] for line in told.splitlines()[:-1]] == ["::error", "::warning", "::notice"]


def test_what_was_accepted_is_no_annotation() -> None:
    assert github.render(report(finding(waived="ours"))) == "Nothing found in 1 revision; 1 accepted with a reason\n"


def test_a_path_starts_at_the_top_of_the_checkout(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here.parent))

    command = github.render(report(finding())).splitlines()[0]

    assert obeyed(command)[1]["file"] == f"{here.name}/{FINDING.file}"


def test_an_endless_remedy_does_not_cost_the_annotation() -> None:
    command = github.render(report(finding(remedy="x" * 100_000, subject="y" * 1_000))).splitlines()[0]

    _, properties, message = obeyed(command)
    assert len(properties["title"]) <= 255
    assert len(message.encode()) <= 65_536


def test_what_running_showed_is_in_the_findings_and_adds_no_line() -> None:
    measured = finding(evidence=("ACCESS EXCLUSIVE on orders for 1.9 s at 100,000 rows",))

    told = github.render(report(measured, live=lived.live(lived.ORDERS, *lived.hostile()["revisions"])))

    assert told == github.render(report(measured))
    assert "%0A- ACCESS EXCLUSIVE on orders for 1.9 s at 100,000 rows%0A" in told
