"""
Revisions as other projects write them: nothing in them breaks the review, and nothing is passed over in silence.

`foreign/<history>/` is a project's folder with its settings and its script directory, written after the shapes of real
ones; `expected.json` beside it says of each revision what must be found, what must be declared unread, which SQL must
have been read, and which calls never run on PostgreSQL.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.directory import NotARevision, parse_revision
from pipeline.review.finding import Direction, NotAnalysed, Severity
from pipeline.review.reading.read import read_script
from pipeline.review.reading.script import Script
from pipeline.review.report import Report
from pipeline.review.reviewing import Options, review
from pipeline.review.rule import all_rules
from pipeline.review.source_text import NotPython, decode
from tests.pipeline.review.plain_walk import Place, places

FOREIGN = Path("tests/pipeline/review/foreign")


@dataclass(frozen=True)
class History:
    """A foreign project, and what is expected of a review of it."""

    name: str
    directory: Path
    expected: dict[str, dict[str, Any]]

    def file(self, revision: str) -> Path:
        return self.directory / revision

    @property
    def files(self) -> set[str]:
        """Every file in which Alembic would look for a revision, by its path in the script directory."""
        found = self.directory.glob("versions/**/*.py")
        return {str(path.relative_to(self.directory)) for path in found if not path.name.startswith(("__init__", ".#"))}


def histories() -> list[History]:
    made = []
    for path in sorted(FOREIGN.glob("*/expected.json")):
        manifest = json.loads(path.read_text())
        made.append(History(path.parent.name, path.parent / manifest["directory"], manifest["revisions"]))
    return made


HISTORIES = {history.name: history for history in histories()}
each_history = pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)


def revisions() -> list[Any]:
    return [
        pytest.param(history, revision, id=f"{history.name}/{Path(revision).name}")
        for history in HISTORIES.values()
        for revision in history.expected
    ]


each_revision = pytest.mark.parametrize(("history", "revision"), revisions())


@cache
def reviewed(name: str) -> Report:
    return review(Options(directory=HISTORIES[name].directory))


def said_of(report: Report, file: Path) -> list[NotAnalysed]:
    return [one for one in report.not_analysed if one.file == file]


@each_history
def test_the_manifest_names_every_file(history: History) -> None:
    assert set(history.expected) == history.files


def test_there_are_two_hundred_revisions_and_more() -> None:
    assert sum(len(history.files) for history in HISTORIES.values()) >= 200


@each_history
def test_nothing_in_a_foreign_history_breaks_the_review(history: History) -> None:
    assert reviewed(history.name).failures == ()


@each_history
def test_every_file_is_analysed_or_said_not_to_be(history: History) -> None:
    report = reviewed(history.name)

    named = {*report.analysed, *(one.file for one in report.not_analysed)}

    assert {file for file in history.files if history.file(file) not in named} == set()


@each_history
def test_the_command_ends_as_it_promises(history: History, tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    words = ["--all", "--directory", str(history.directory), "--format", "json", "--output", str(output)]
    words += ["--phases", "history,source,sql"]

    ended = subprocess.run(
        [sys.executable, "scripts/review_revisions.py", *words], check=False, capture_output=True, text=True
    )

    assert ended.returncode in {0, 1}, ended.stderr
    report = json.loads(output.read_text())
    assert report["version"] == 1
    assert {Path(file) for file in report["analysed"]} == set(reviewed(history.name).analysed)


@each_revision
def test_what_is_unmistakable_is_found(history: History, revision: str) -> None:
    expected = set(history.expected[revision].get("found", []))
    file = history.file(revision)

    found = {finding.rule for finding in reviewed(history.name).findings if finding.file == file}

    assert expected - found == set()


@pytest.mark.parametrize("name", sorted({name for history in HISTORIES.values() for one in history.expected.values()
                                         for name in one.get("found", [])}))  # fmt: skip
def test_what_is_expected_is_a_rule(name: str) -> None:
    assert name in {rule.name for rule in all_rules()}


@each_revision
def test_a_harmless_revision_is_left_alone(history: History, revision: str) -> None:
    if not history.expected[revision].get("clean"):
        return
    file = history.file(revision)

    report = reviewed(history.name)

    worth_reading = [one for one in report.findings if one.file == file and one.severity is not Severity.INFO]
    assert worth_reading == []
    assert said_of(report, file) == []


@each_revision
def test_what_cannot_be_read_is_said(history: History, revision: str) -> None:
    said = " ".join(one.why for one in said_of(reviewed(history.name), history.file(revision)))

    assert [words for words in history.expected[revision].get("not_analysed", []) if words not in said] == []


def scripts(file: Path) -> Iterator[tuple[Direction, str, Script | None]]:
    text = decode(file.read_bytes())
    revision = parse_revision(file, text)
    for direction in Direction:
        yield direction, text, read_script(revision, direction)


@each_revision
def test_the_sql_of_an_upgrade_is_read(history: History, revision: str) -> None:
    expected = history.expected[revision].get("sql", [])
    if not expected:
        return

    upgrade = next(script for _, _, script in scripts(history.file(revision)) if script)

    sql = " ".join(" ".join(statement.sql.split()) for statement in upgrade.statements)
    assert [words for words in expected if words not in sql] == []


def accounted_for(place: Place, script: Script | None) -> bool:
    if script is None:
        return False
    recorded = {call.line for call in script.calls} | {statement.line for statement in script.statements}
    declared = {one.line for one in script.not_analysed}
    whole = any(f"{script.direction} is no function" in one.why for one in script.not_analysed)
    return whole or bool(recorded & set(range(place.line, place.end + 1)) or declared & place.lines)


def passed_over(file: Path, elsewhere: list[str]) -> list[str]:
    """The calls of `file` that reading neither recorded nor declared unread."""
    silent = []
    for direction, text, script in scripts(file):
        tree = parse_revision(file, text).tree
        for place in places(tree, text, direction):
            told = f"{direction}, line {place.line}: {place.text[:100]}"
            if not accounted_for(place, script) and not any(words in told for words in elsewhere):
                silent.append(told)
    return silent


def readable(parameter: Any) -> bool:
    history, revision = parameter.values
    try:
        parse_revision(history.file(revision), decode(history.file(revision).read_bytes()))
    except (NotPython, NotARevision):
        return False
    return True


@pytest.mark.parametrize(("history", "revision"), [one for one in revisions() if readable(one)])
def test_no_call_is_passed_over_in_silence(history: History, revision: str) -> None:
    elsewhere = history.expected[revision].get("elsewhere", [])

    assert passed_over(history.file(revision), elsewhere) == []
