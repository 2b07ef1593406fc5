"""Where a report goes."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.review.render import FORMATS, markdown, write
from tests.pipeline.review.render.conftest import ODD, finding, report


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_every_report(name: str, here: Path) -> None:
    odd = finding(file=Path("caf\udce9.py"), message=ODD, subject="", remedy="", evidence=(ODD,))

    write(report(odd, finding(revision=None, direction=None)), name, here / "out")

    assert (here / "out").read_text(encoding="utf-8")


def test_a_file_gets_no_colours_even_from_a_terminal(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal(io.BytesIO()))

    write(report(finding()), "text", here / "out")

    assert "\x1b" not in (here / "out").read_text()


def test_a_terminal_without_utf8_gets_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))

    write(report(finding(message="naïve …")), "text")

    assert b"na\\xefve \\u2026" in written.getvalue()


def test_a_summary_is_added_to_and_may_be_longer_than_a_comment(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = here / "summary"
    summary.write_text("### Tests\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    write(report(*[finding(line=line, message="€" * 900) for line in range(2_000)]), "markdown", summary)

    told = summary.read_text()
    assert told.startswith("### Tests\n<!-- review")
    assert len(told) > markdown.LONGEST
    assert len(told.encode()) < 1024 * 1024
    assert "Cut here" in told


def test_a_report_that_cannot_be_written_says_where_it_should_have_gone(here: Path) -> None:
    with pytest.raises(CouldNotAnswer, match=r"cannot be written to .*gone/out \(No such file or directory\)"):
        write(report(), "json", here / "gone" / "out")
