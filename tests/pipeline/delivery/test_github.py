"""Values reach later steps through files that anybody's text may end up in."""

import json
from pathlib import Path

import pytest

from pipeline.delivery import github


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    found = {}
    for variable in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"):
        found[variable] = tmp_path / variable
        found[variable].touch()
        monkeypatch.setenv(variable, str(found[variable]))
    return found


def test_a_value_cannot_set_another_output(files: dict[str, Path]) -> None:
    github.set_output("reason", "x\nversion=7")

    lines = files["GITHUB_OUTPUT"].read_text().splitlines()
    name, delimiter = lines[0].split("<<")
    assert (name, lines[1:]) == ("reason", ["x", "version=7", delimiter])


def test_two_summaries_are_two_paragraphs(files: dict[str, Path]) -> None:
    github.summarise("one")
    github.summarise("two\n")

    assert files["GITHUB_STEP_SUMMARY"].read_text() == "one\n\ntwo\n\n"


def test_outside_a_workflow_everything_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS"):
        monkeypatch.delenv(variable, raising=False)

    github.set_output("version", "3")
    github.summarise("### Plan")
    github.notice("Adopted", "as it is")

    assert capsys.readouterr().out == "version=3\n### Plan\nAdopted: as it is\n"


def test_a_notice_stays_one_annotation(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    github.notice("100%", "two\nlines")

    assert capsys.readouterr().out == "::notice title=100%25::two%0Alines\n"


def test_a_payload_says_what_is_expected_and_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_RUN_ID", "42")
    monkeypatch.setenv("GITHUB_RUN_ATTEMPT", "2")
    monkeypatch.setenv("GITHUB_ACTOR", "octocat")

    assert json.loads(github.payload({"commit": "c", "head": "h"}, target="t")) == {
        "expect": {"commit": "c", "head": "h"},
        "run": {"id": "42", "attempt": "2", "actor": "octocat"},
        "target": "t",
    }
