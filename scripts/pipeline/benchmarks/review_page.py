"""The review's figures as a page of the docs, beside what they should be; the same tables go to the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.benchmarks.false_alarms import Said
from pipeline.benchmarks.figures import duration, verdict
from pipeline.benchmarks.page import measured, write_document
from pipeline.benchmarks.proving_speed import Proved

PAGE = "review.md"
SECONDS = 10.0
"""For the reading phases together: a check that takes longer is waited for, and then switched off."""
PROVING_SECONDS = 15.0
"""For all phases over one new revision with 10,000 rows a table: as long as the other checks of a pull request take."""
MEGABYTES = 500.0
_MOST = 5

_INTRODUCTION = """\
# How long the review takes, and how often it cries wolf

Written by `make bench-review`; every run writes it anew. Targets are printed beside the figures and fail nothing.
"""
_READING = """\
## How to read it

*Speed.* The command as one types it, over a history of copies of the foreign revisions that the tests have; medians.
Phases alone share the cost of starting and of reading the files, so they do not add up.

*Proving.* The command as one types it after a change, in all five phases, with a server of its own that it starts;
the quickest of the runs. Seconds of processors are those of all processes, the server's included: where they are far
fewer than two times the clock's, the machine had other work. Parts that go on at the same time add up to more. Memory
is that of all processes at the worst moment, pages that are shared counted once; the server's is apart, as on another
machine it would be elsewhere.

*Alarms.* Both see the same statements: squawk gets them as `alembic upgrade --sql` would print them, as it comes and
with all of its usual rules. A complaint counts as false when the statement names only tables that the same revision
has made, so that nobody can be using them, or when the revision's manifest says that nothing is wrong with it. Other
complaints are not judged. Of the review, errors and warnings count; information fails nothing. squawk's time is its
own, without what it takes to make SQL of the revisions, which it cannot do.
"""


@dataclass(frozen=True)
class ReviewFigures:
    """One run: seconds for each choice of phases over `length` revisions, and what was said of `judged` ones."""

    cores: int
    length: int
    speed: dict[str, float]
    judged: int
    review: Said
    squawk: Said
    proved: tuple[Proved, ...] = ()


def write_review_page(figures: ReviewFigures, command: str, folder: Path, squawk: str) -> None:
    """Write the page into `folder`; `squawk` is its version."""
    about = measured(command, f"of which {figures.cores} cores were used; {squawk}")
    write_document(folder / PAGE, _INTRODUCTION, about, review_tables(figures), _READING)


def review_tables(figures: ReviewFigures) -> list[str]:
    """The figures as Markdown, a line each."""
    *alone, together = figures.speed
    lines = [
        "## Speed",
        "",
        f"| phases, over {figures.length} revisions | takes | target | |",
        "| --- | ---: | ---: | --- |",
    ]
    lines += [f"| {name} alone | {duration(figures.speed[name])} |  |  |" for name in alone]
    seconds = figures.speed[together]
    lines += [
        f"| {together} | {duration(seconds)} | ≤ {duration(SECONDS)} | {verdict(seconds, SECONDS)} |",
        "",
        *_proving(figures.proved),
        "## Alarms",
        "",
        f"| over {figures.judged} revisions, both directions | the review | squawk alone |",
        "| --- | ---: | ---: |",
        f"| findings | {figures.review.findings} | {figures.squawk.findings} |",
        f"| false alarms among them | {_false(figures.review)} | {_false(figures.squawk)} |",
        f"| takes, in one process | {duration(figures.review.seconds)} | {duration(figures.squawk.seconds)} |",
        "",
        f"Most false alarms of the review: {_by_rule(figures.review)}.",
        "",
        f"Most false alarms of squawk: {_by_rule(figures.squawk)}.",
        "",
    ]
    return lines


def _proving(proved: tuple[Proved, ...]) -> list[str]:
    if not proved:
        return []
    lines = [
        "## Proving",
        "",
        f"| one new revision of …, {proved[0].rows:,} rows a table | takes | target | | of processors |",
        "| --- | ---: | ---: | --- | ---: |",
    ]
    lines += [
        f"| {one.name} | {duration(one.taken.seconds)} | ≤ {duration(PROVING_SECONDS)} "
        f"| {verdict(one.taken.seconds, PROVING_SECONDS)} | {duration(one.taken.processors)} |"
        for one in proved
    ]
    lines += ["", "| at its worst moment | memory | target | | of the server |", "| --- | ---: | ---: | --- | ---: |"]
    lines += [
        f"| {one.name} | {megabytes(one.taken.memory)} | ≤ {megabytes(MEGABYTES)} "
        f"| {verdict(one.taken.memory, MEGABYTES, megabytes)} | {megabytes(one.taken.memory_of_server)} |"
        for one in proved
    ]
    parts = dict.fromkeys(part for one in proved for part in one.parts)
    lines += ["", f"| of which | {' | '.join(one.name for one in proved)} |", "| --- |" + " ---: |" * len(proved)]
    lines += [f"| {part} | {' | '.join(_part(one, part) for one in proved)} |" for part in parts]
    return [*lines, ""]


def _part(one: Proved, part: str) -> str:
    return duration(one.parts[part]) if part in one.parts else ""


def megabytes(figure: float) -> str:
    return f"{figure:.0f} MB"


def _false(said: Said) -> str:
    return f"{said.false.total()} ({said.share:.0%})"


def _by_rule(said: Said) -> str:
    return ", ".join(f"{rule} ({count})" for rule, count in said.false.most_common(_MOST)) or "none"
