"""
`make bench-app`: its words, and the order in which things are measured.

A run of fewer notifications than usual is for looking, so it leaves the docs alone unless it is told a folder.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

import psycopg

from pipeline.benchmarks.app_drain import PLACES, drain_posts
from pipeline.benchmarks.app_package import measure_package
from pipeline.benchmarks.app_page import AppFigures, app_tables, write_app_page
from pipeline.benchmarks.app_speed import import_times, serve_notifications
from pipeline.benchmarks.cli import DOCS
from pipeline.benchmarks.reading_speed import use_two_cores
from pipeline.errors import UsageError
from pipeline.keeper import Keeper
from pipeline.postgres import Server, start_server

ROUNDS, EACH = 15, 300
DRAINS, POSTS = 7, 500


def bench_app(arguments: list[str]) -> None:
    """Measure how much the app takes in, how long it takes to start, and how large it is."""
    words = _words(arguments)
    usual = words.rounds >= ROUNDS and words.each >= EACH and words.drains >= DRAINS and words.posts >= POSTS
    usual = usual and not words.no_package
    into: Path | None = words.into or (DOCS if usual else None)
    with Keeper() as keeper:
        cores = use_two_cores()
        server = start_server(keeper)
        _say(f"{words.rounds} rounds of {words.each} notifications, by the app and by a bare function")
        served = serve_notifications(server, words.rounds, words.each)
        _say(f"{words.drains} rounds of {words.posts} posts, drained and by praw alone")
        drained = drain_posts(server, words.drains, words.posts)
        _say("Imports")
        imports = import_times(words.imports)
        package = None
        if not words.no_package:
            _say("The package")
            package = measure_package(keeper.folder("benchmark"))
        figures = AppFigures(cores, served, imports, package, drained)
        version = _version(server)
    print("\n".join(app_tables(figures)))
    if into:
        command = f'make bench-app ARGS="{shlex.join(arguments)}"' if arguments else "make bench-app"
        write_app_page(figures, command, into, version)
        _say(f"Written into {into}")


def _version(server: Server) -> str:
    with psycopg.connect(server.url()) as connection:
        return str(connection.info.server_version // 10000)


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_app.py", description=bench_app.__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often both serve (default: {ROUNDS})")
    parser.add_argument("--each", type=int, default=EACH, help=f"notifications in a round (default: {EACH})")
    parser.add_argument("--drains", type=int, default=DRAINS, help=f"how often both drain (default: {DRAINS})")
    parser.add_argument("--posts", type=int, default=POSTS, help=f"posts in a drain, in tens (default: {POSTS})")
    parser.add_argument("--imports", type=int, default=7, help="how often each is imported (default: 7)")
    parser.add_argument("--no-package", action="store_true", help="make no package, which takes a minute")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="where the page goes (default: docs/benchmarks)")
    words = parser.parse_args(arguments)
    if min(words.rounds, words.each, words.imports, words.drains) < 1:
        raise UsageError("--rounds, --each, --drains and --imports are at least 1.")
    if words.posts < PLACES or words.posts % PLACES:
        raise UsageError(f"--posts is a multiple of {PLACES}: each video goes to so many places.")
    return words


def _say(line: str) -> None:
    print(line, flush=True)
