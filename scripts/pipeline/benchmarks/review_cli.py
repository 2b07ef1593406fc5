"""
`make bench-review`: its words, and the order in which things are measured.

A run over fewer revisions than the usual 500 is for looking, so it leaves the docs alone unless it is told a folder.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from pipeline.benchmarks.cli import DOCS
from pipeline.benchmarks.false_alarms import said_by_review, said_by_squawk
from pipeline.benchmarks.foreign import samples, write_history
from pipeline.benchmarks.one_revision import projects
from pipeline.benchmarks.proving_speed import prove_measured
from pipeline.benchmarks.reading_speed import seconds_for, use_two_cores
from pipeline.benchmarks.review_page import ReviewFigures, review_tables, write_review_page
from pipeline.errors import UsageError
from pipeline.keeper import Keeper
from pipeline.review.finding import Phase
from pipeline.review.proving.terms import ROWS
from pipeline.review.reviewing import READING

LENGTH = 500
_POSTGRESQL = 18


def bench_review(arguments: list[str]) -> None:
    """Measure how long the review takes, and how often it and squawk complain of what harms nobody."""
    words = _words(arguments)
    into: Path | None = words.into or (DOCS if words.revisions >= LENGTH else None)
    found = samples()
    with Keeper() as keeper:
        folder = keeper.folder("benchmark")
        cores = use_two_cores()
        _say(f"A history of {words.revisions} revisions")
        history = write_history(folder / "history", found, words.revisions)
        speed = {_named(phases): seconds_for(history, phases, words.repeats) for phases in _choices()}
        proved = []
        for project in projects(folder):
            _say(f"One new revision of {project.name}, with {words.rows:,} rows a table")
            proved.append(prove_measured(project, words.rows, words.repeats, folder))
        judged = found[: words.revisions]
        _say(f"What is said of {len(judged)} revisions")
        review = said_by_review(judged, _POSTGRESQL)
        squawk = said_by_squawk(judged, _POSTGRESQL, folder / "sql")
    figures = ReviewFigures(cores, words.revisions, speed, len(judged), review, squawk, tuple(proved))
    print("\n".join(review_tables(figures)))
    if into:
        command = f'make bench-review ARGS="{shlex.join(arguments)}"' if arguments else "make bench-review"
        write_review_page(figures, command, into, _version_of_squawk())
        _say(f"Written into {into}")


def _choices() -> list[tuple[Phase, ...]]:
    return [*((phase,) for phase in READING), READING]


def _named(phases: tuple[Phase, ...]) -> str:
    return ", ".join(phases)


def _version_of_squawk() -> str:
    program = Path(sys.executable).with_name("squawk")
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_review.py", description=bench_review.__doc__)
    parser.add_argument("--revisions", type=int, default=LENGTH, help=f"how long the history is (default: {LENGTH})")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is measured (default: 3)")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"how many each table gets (default: {ROWS:,})")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="where the page goes (default: docs/benchmarks)")
    words = parser.parse_args(arguments)
    if min(words.revisions, words.repeats, words.rows) < 1:
        raise UsageError("--revisions, --repeats and --rows are at least 1.")
    return words


def _say(line: str) -> None:
    print(line, flush=True)
