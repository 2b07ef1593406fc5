"""One module per format that a report can be written in."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import CouldNotAnswer
from pipeline.review.render import github, json, markdown, sarif, text
from pipeline.review.report import Report

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text.render,
    "github": github.render,
    "github-running": github.render_what_ran,
    "markdown": markdown.render,
    "json": json.render,
    "sarif": sarif.render,
}


_NOWHERE = "The answer cannot be written to standard output ({}): open it, or name a file with --output."


def write(report: Report, name: str, output: Path | None = None) -> None:
    """
    Write the report in the format of that name to standard output, or to `output`, which never gets colours.

    A job's summary is added to, as other steps write there too. Raises CouldNotAnswer when the file cannot be written.
    """
    if output is None:
        _print(FORMATS[name](report))
        return
    is_summary = str(output) == os.environ.get("GITHUB_STEP_SUMMARY")
    if name == "text":
        written = text.render(report, colour=False)
    elif name == "markdown" and is_summary:
        written = markdown.render(report, markdown.LONGEST_SUMMARY)
    else:
        written = FORMATS[name](report)
    try:
        with output.open("a" if is_summary else "w", encoding="utf-8", newline="\n") as file:
            file.write(written)
    except OSError as error:
        raise CouldNotAnswer(
            f"The report cannot be written to {output} ({error.strerror}): name a file in a folder that exists."
        ) from error


def _print(written: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    # A terminal without UTF-8 gets an escape where it has no sign; a report is no reason to die.
    show(written.encode(encoding, "backslashreplace").decode(encoding))


def show(text: str) -> None:
    """
    Print, to the end. Raises CouldNotAnswer where standard output takes nothing: it is closed, or its disk is full.

    Whoever stops reading early (`| head`) has seen enough.
    """
    if sys.stdout is None:  # How Python says that it was closed from the start.
        raise CouldNotAnswer(_NOWHERE.format("it is closed"))
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_the_rest()
    except OSError as error:
        _discard_the_rest()
        raise CouldNotAnswer(_NOWHERE.format(error.strerror)) from error


def _discard_the_rest() -> None:
    """Otherwise Python tries once more when it ends, and complains."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
