"""
The report as annotations beside the lines of a pull request.

Workflow commands are lines of output that the runner obeys, so whatever comes from a revision is escaped as the
runner unescapes it: in a property `%`, CR, LF, `:` and `,`; in the message the first three.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.review.finding import Finding, NotAnalysed, Phase, Severity
from pipeline.review.render.places import from_checkout
from pipeline.review.render.summary import open_findings, summary
from pipeline.review.render.visible import in_one_line, shortened, visible
from pipeline.review.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_RUNNING = (Phase.LIVE, Phase.WINDOW)
# GitHub refuses a title over 255 characters and a message over 64 KB; UTF-8 takes up to 4 bytes a character.
_LONGEST_TITLE = 200
_LONGEST_MESSAGE = 10_000


def render(report: Report) -> str:
    """One command per finding that nobody accepted, the worst first: GitHub shows ten of a kind per step."""
    commands = [*_findings(open_findings(report)), *(_not_analysed(place) for place in report.not_analysed)]
    return "\n".join([*commands, summary(report)]) + "\n"


def render_what_ran(report: Report) -> str:
    """The same of what only running finds: beside a job that reads, the rest would stand at each line twice."""
    return (
        "\n".join([*_findings(one for one in open_findings(report) if one.phase in _RUNNING), summary(report)]) + "\n"
    )


def _findings(found: Iterable[Finding]) -> list[str]:
    return [_finding(one) for one in sorted(found, key=lambda finding: -finding.severity.weight)]


def _finding(finding: Finding) -> str:
    title = f"{finding.rule}: {finding.subject}" if finding.subject else finding.rule
    message = "\n".join(_message(finding))
    return _command(_COMMANDS[finding.severity], finding, title, message)


def _message(finding: Finding) -> Iterator[str]:
    yield finding.message
    yield from (f"- {said}" for said in finding.evidence)
    if finding.remedy:
        yield f"Instead:\n{finding.remedy}" if "\n" in finding.remedy else f"Instead: {finding.remedy}"


def _not_analysed(place: NotAnalysed) -> str:
    return _command("notice", place, "not analysed", f"Nothing is known about this statement: {place.why}")


def _command(name: str, place: Finding | NotAnalysed, title: str, message: str) -> str:
    properties = {
        "file": visible(from_checkout(place.file)),
        "line": str(place.line),
        "title": in_one_line(title, _LONGEST_TITLE),
    }
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(shortened(visible(message), _LONGEST_MESSAGE))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
