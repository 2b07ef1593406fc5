"""How many notifications the app takes in, what it holds in memory meanwhile, and how long its import takes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer
from pipeline.postgres import Server

_PROGRAM = Path(__file__).with_name("app_process.py")
_BARE_IMPORTS = ("flask", "flask_sqlalchemy", "sqlalchemy.dialects.postgresql.psycopg", "psycopg")


@dataclass(frozen=True)
class Throughput:
    """
    Notifications a second (medians), the ratios in each round (medians), and megabytes of the process.

    `bare` sends the app's own statement, `least` one that stores and queues, and keeps nothing else.
    """

    app: float
    bare: float
    ratio: float
    least: float
    ratio_to_least: float
    megabytes: float


@dataclass(frozen=True)
class Imports:
    """Seconds of a processor for importing `run`, and what no app of its kind can do without; the least of some."""

    run: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.run / self.bare


@contextmanager
def own_database(server: Server, name: str) -> Iterator[str]:
    """Make an empty database, hand out its URL, and drop it."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield server.url(name)
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def serve_notifications(server: Server, rounds: int, each: int) -> Throughput:
    """Measure on a database of its own on `server`. Raises CouldNotAnswer."""
    with own_database(server, "benchmark_app") as url:
        job = {"what": "notifications", "url": url, "rounds": rounds, "each": each}
        told = ask(_PROGRAM, job, {"DATABASE_URL": url})
    app, bare, least = (told["rates"][way] for way in ("app", "bare", "least"))
    median = statistics.median
    return Throughput(median(app), median(bare), ratio(app, bare), median(least), ratio(app, least), told["megabytes"])


def ratio(rates: list[float], others: list[float]) -> float:
    """How one way compares with another, round by round: the machine may be another in the next."""
    return statistics.median(one / other for one, other in zip(rates, others, strict=True))


def import_times(repeats: int) -> Imports:
    """Import both, each in a new process, in turn. Raises CouldNotAnswer."""
    ways = {"run": ("run",), "bare": _BARE_IMPORTS}
    nowhere = "postgresql://nobody@127.0.0.1/nothing"
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(repeats + 1):  # The first may have bytecode to write.
        for way, modules in ways.items():
            told = ask(_PROGRAM, {"what": "import", "modules": modules}, {"DATABASE_URL": nowhere})
            seconds[way].append(told["seconds"])
    return Imports(min(seconds["run"][1:]), min(seconds["bare"][1:]))


def ask(program: Path, job: dict[str, Any], settings: dict[str, str]) -> dict[str, Any]:
    """Have `program` do `job` with the app's `settings`, and return what it says. Raises CouldNotAnswer."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SETTINGS_"))},
        **settings,
        "PYTHONPATH": str(CHECKOUT),
    }
    # Its log is a file: read through a pipe, each line would wake this process, which may be serving it meanwhile.
    with tempfile.TemporaryFile("w+") as log:
        done = subprocess.run(
            [sys.executable, str(program), json.dumps(job)],
            cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            log.seek(0)
            raise CouldNotAnswer(f"The app could not be measured: {log.read().strip()[-800:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
