"""The app's figures as a page of the docs, beside what they should be; the same tables go to the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.benchmarks.app_drain import Drained
from pipeline.benchmarks.app_package import Package
from pipeline.benchmarks.app_speed import Imports, Throughput
from pipeline.benchmarks.figures import verdict
from pipeline.benchmarks.page import measured, write_document
from pipeline.benchmarks.review_page import megabytes

PAGE = "app.md"
RATIO = 0.7
"""Of what a bare WSGI function takes in: a framework and an ORM may cost a third, not more."""
IMPORT_RATIO = 1.3
DRAIN = 250.0
UNPACKED, ZIPPED, MEMORY = 100.0, 30.0, 130.0

_INTRODUCTION = """\
# What the app costs

Written by `make bench-app`; every run writes it anew. Targets are printed beside the figures and fail nothing.
"""
_READING = """\
## How to read it

*Notifications.* Each announces one new video, which queues four posts. The app is called as a WSGI function, in one
process and one thread, on a PostgreSQL on the same machine. So is a bare function: it checks the same HMAC, reads the
feed with the same reader and sends the same statement through psycopg, on a connection of its own, with no framework,
no pool, no lease to look up and nothing to log. The least statement stores the video and queues the posts, and keeps
neither the delivery nor that its lease works. All three serve in turn, so that other work on the machine meets all;
ratios are medians of rounds.

The lease is one that this process has met before: its channel and secret never change, and are kept, while the
statement itself judges whether it has ended. The first delivery by a lease costs one round trip more.

*Draining.* One worker, one connection to PostgreSQL and one to the stand-in for Reddit, which is another process; each
video goes to ten places. Beside it praw sends as many without a queue, in turn, which no drain through praw can exceed.
A rate by the clock counts other people's work on the machine as well. So the worker's own work for a post is told, in
time of a processor: on a machine of its own it would wait for PostgreSQL and the stand-in besides. What the stand-in
takes is asked by a client that does nothing else.

*Import.* Seconds of a processor in a new process, the least of some: `run`, which Lambda's handler imports, and Flask,
Flask-SQLAlchemy and the dialect of psycopg, without which there is no such app. A container's first request waits for
it.

*Memory.* At the worst moment of the process that served, which had loaded Zappa's handler and boto3 as on Lambda,
migrated the database and answered `GET /status`.

*Package.* What `zappa package` makes of the commit after the deploying workflow's own preparation; bytecode is compiled
beforehand, as Lambda cannot write any.
"""


@dataclass(frozen=True)
class AppFigures:
    """One run; `package` and `drain` are None when they were not measured."""

    cores: int
    throughput: Throughput
    imports: Imports
    package: Package | None = None
    drain: Drained | None = None


def write_app_page(figures: AppFigures, command: str, folder: Path, server: str) -> None:
    """Write the page into `folder`; `server` is PostgreSQL's version."""
    where = f"of which {figures.cores} cores were used, PostgreSQL {server} included (with `fsync = off`)"
    write_document(folder / PAGE, _INTRODUCTION, measured(command, where), app_tables(figures), _READING)


def app_tables(figures: AppFigures) -> list[str]:
    """The figures as Markdown, a line each."""
    served, imports = figures.throughput, figures.imports
    lines = [
        "## Speed",
        "",
        "| | the app | bare | ratio | target | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        f"| notifications with four posts each | {served.app:.0f}/s | {served.bare:.0f}/s | {served.ratio:.2f} "
        f"| ≥ {RATIO} | {_at_least(served.ratio, RATIO, '{:.2f}'.format)} |",
        f"| the same, beside the least statement | {served.app:.0f}/s | {served.least:.0f}/s "
        f"| {served.ratio_to_least:.2f} | | |",
        f"| import | {imports.run * 1000:.0f} ms | {imports.bare * 1000:.0f} ms | {imports.ratio:.2f} "
        f"| ≤ {IMPORT_RATIO} | {verdict(imports.ratio, IMPORT_RATIO, '{:.2f}'.format)} |",
    ]
    if figures.drain is not None:
        drained = figures.drain
        lines += [
            f"| draining posts, beside praw alone | {drained.drain:.0f}/s | {drained.alone:.0f}/s "
            f"| {drained.ratio:.2f} | ≥ {DRAIN:.0f}/s | {_at_least(drained.drain, DRAIN, '{:.0f}/s'.format)} |",
            f"| the same by its work for a post, {drained.work * 1000:.1f} ms | {1 / drained.work:.0f}/s | | | | |",
            f"| what the stand-in for Reddit takes | | {drained.bare:.0f}/s | | | |",
        ]
    lines += [
        "",
        "## Size",
        "",
        "| | | target | |",
        "| --- | ---: | ---: | --- |",
        _size("memory of a process that has served", served.megabytes, MEMORY),
    ]
    if figures.package is not None:
        packed = figures.package
        what = f"package, unpacked with {megabytes(packed.bytecode)} of bytecode"
        lines += [_size(what, packed.unpacked, UNPACKED), _size("package, zipped", packed.zipped, ZIPPED)]
    return [*lines, ""]


def _size(what: str, figure: float, target: float) -> str:
    return f"| {what} | {megabytes(figure)} | ≤ {megabytes(target)} | {verdict(figure, target, megabytes)} |"


def _at_least(figure: float, target: float, unit: Callable[[float], str]) -> str:
    return "met" if figure >= target else f"missed by {unit(target - figure)}"
