"""
`make bench-migrations`: its words, and the order in which things are measured.

A run with fewer rows than the usual million is for looking, so it leaves the docs alone unless it is told a folder.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

import psycopg

from pipeline.benchmarks.changes import TABLE
from pipeline.benchmarks.cost import measure_costs, measure_no_op
from pipeline.benchmarks.figures import Figures
from pipeline.benchmarks.page import tables, write_page
from pipeline.benchmarks.picture import draw
from pipeline.benchmarks.stalls import Table
from pipeline.benchmarks.upgrades import Bench, Databases, Stopwatch
from pipeline.environment import CHECKOUT
from pipeline.errors import UsageError
from pipeline.keeper import Keeper
from pipeline.postgres import start_server

ROWS = 1_000_000
DOCS = CHECKOUT / "docs" / "benchmarks"


def bench_migrations(arguments: list[str]) -> None:
    """Measure what the engine costs, and what readers and writers see of a migration."""
    words = _words(arguments)
    into: Path | None = words.into or (DOCS if words.rows >= ROWS else None)
    with Keeper() as keeper:
        server = start_server(keeper)
        folder = keeper.folder("benchmark")
        databases, stopwatch = Databases(server), Stopwatch(keeper, server)
        _say(f"A table of {words.rows:,} rows")
        template = databases.make(*(statement.format(rows=words.rows) for statement in TABLE))
        try:
            figures = _measure(words, Bench(stopwatch, databases, folder, template, words.rows))
        finally:
            stopwatch.close()
        with psycopg.connect(server.url()) as connection:
            version = connection.info.parameter_status("server_version") or "of an unknown version"
    print("\n".join(tables(figures)))
    if into:
        command = f'make bench-migrations ARGS="{shlex.join(arguments)}"' if arguments else "make bench-migrations"
        write_page(figures, command, into, draw(figures), version.split()[0])
        _say(f"Written into {into}")


def _measure(words: argparse.Namespace, bench: Bench) -> Figures:
    _say("What the engine costs")
    costs = measure_costs(bench, words.repeats)
    no_op = measure_no_op(bench, max(words.repeats, 3) * 3)
    table = Table(bench)
    quiet = table.quiet()
    stalls = (*table.changes(_say), *table.behind_a_report(words.report, _say))
    return Figures(words.rows, costs, no_op, quiet, stalls)


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_migrations.py", description=bench_migrations.__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the table (default: a million)")
    parser.add_argument("--repeats", type=int, default=5, help="how often each way is measured (default: 5)")
    parser.add_argument(
        "--report", type=float, default=10, metavar="SECONDS", help="how long the report is (default: 10)"
    )
    parser.add_argument(
        "--into", type=Path, metavar="FOLDER", help="where page and picture go (default: docs/benchmarks)"
    )
    words = parser.parse_args(arguments)
    if words.rows < 1 or words.repeats < 1 or words.report < 0:
        raise UsageError("--rows and --repeats are at least 1, --report is no negative number.")
    return words


def _say(line: str) -> None:
    print(line, flush=True)
