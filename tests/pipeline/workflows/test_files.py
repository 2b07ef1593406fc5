"""The two forms in which a step writes values, and what is neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.workflows.files import LARGEST_SUMMARY, FilesRead, StepFiles, parse_values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1\nb=\n", [("a", "1"), ("b", "")]),
        ("a=x=y", [("a", "x=y")]),
        ("a=1<<2\n", [("a", "1<<2")]),
        ("\n\na=1\n\n", [("a", "1")]),
        ("a<<EOF\none\ntwo\nEOF\nb=2\n", [("a", "one\ntwo"), ("b", "2")]),
        ("a<<EOF\nEOF\n", [("a", "")]),
        ("a<<EOF\n\nEOF\n", [("a", "")]),
        ("a<<EOF\n\n\nEOF\n", [("a", "\n")]),
        ("a<<=E=\nb=1\n=E=\n", [("a", "b=1")]),
        ("a<<EOF\nEOF \nEOF", [("a", "EOF ")]),
        ("a= spaces stay \n", [("a", " spaces stay ")]),
    ],
)
def test_values_are_written_on_one_line_or_between_delimiters(text: str, values: list[tuple[str, str]]) -> None:
    assert list(parse_values(text)) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just text\n", "Invalid format 'just text'"),
        ("=1\n", "Invalid format '=1'. Name must not be empty"),
        ("<<EOF\nEOF\n", "Invalid format '<<EOF'. Name must not be empty"),
        ("a<<\nx\n", "delimiter must not be empty"),
        ("a<<EOF\none\n", "Matching delimiter not found 'EOF'"),
    ],
)
def test_a_line_that_is_neither_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(parse_values(text))


def test_what_was_written_is_read_and_what_was_wrong_is_told(tmp_path: Path) -> None:
    files = StepFiles(tmp_path / "step")
    files.output.write_text("v=1\n")
    files.env.write_text("A=1\nNODE_OPTIONS=--require ./evil.js\n")
    files.path.write_text("/one\n\n/two\n")
    files.summary.write_text("x" * (LARGEST_SUMMARY + 1))

    read = files.read()

    assert read == FilesRead(
        outputs={"v": "1"},
        env={"A": "1"},
        path=("/one", "/two"),
        summary="",
        failures=("Can't store NODE_OPTIONS using '$GITHUB_ENV'.",),
        complaints=("$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got 1024k.",),
    )


def test_a_file_that_is_broken_fails_the_step_and_keeps_what_came_before(tmp_path: Path) -> None:
    files = StepFiles(tmp_path / "step")
    files.output.write_text("v=1\noops\n")

    read = files.read()

    assert read.failures == ("Unable to process file command 'output' successfully. Invalid format 'oops'",)
    assert read.outputs == {"v": "1"}


def test_a_file_that_was_removed_says_nothing(tmp_path: Path) -> None:
    files = StepFiles(tmp_path / "step")
    files.output.unlink()

    assert files.read() == FilesRead()
