"""
Databases to upgrade, revisions to upgrade them with, and a process that does it against the clock.

Every measurement gets a database of its own, copied from a template, so that none finds what another has left.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any, Literal

import psycopg
from psycopg import sql

from pipeline.benchmarks.changes import Revision
from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.postgres import Server

Way = Literal["engine", "plain", "connect"]
MIGRATIONS = CHECKOUT / "migrations"
EMPTY = "template1"
"""What a new database is copied from when nothing else is said."""

_REVISION = '''\
"""Made for a benchmark."""
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {previous!r}
{header}

def upgrade():
{upgrade}


def downgrade():
    raise NotImplementedError
'''


@dataclass
class Databases:
    """Makes databases on `server`, whose names begin with `prefix`; all of them end with it."""

    server: Server
    prefix: str = "benchmark"
    _numbers: count[int] = field(default_factory=count)

    def make(self, *statements: str, template: str = EMPTY) -> str:
        """Make a database as a copy of `template`, run `statements` in it, and return its name."""
        name = f"{self.prefix}_{next(self._numbers)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(command)
        with psycopg.connect(self.server.url(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
        return name

    def drop(self, name: str) -> None:
        """Give the disk back at once: a table of a million rows is there a dozen times otherwise."""
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def write_migrations(folder: Path, revisions: Sequence[Revision]) -> Path:
    """Write a folder of migrations that holds `revisions`, one on the other, and return it."""
    versions = folder / "versions"
    versions.mkdir(parents=True)
    for name in ("env.py", "alembic.ini", "script.py.mako"):
        shutil.copy(MIGRATIONS / name, folder)
    ids = [f"{number:012x}" for number in range(1, len(revisions) + 1)]
    for identifier, previous, revision in zip(ids, [None, *ids], revisions, strict=False):
        code = textwrap.indent(textwrap.dedent(revision.upgrade).strip("\n"), "    ")
        text = _REVISION.format(revision=identifier, previous=previous, header=revision.header, upgrade=code)
        (versions / f"{identifier}.py").write_text(text)
    return folder


class Stopwatch:
    """The process that upgrades; it ends with `keeper`."""

    def __init__(self, keeper: Keeper, server: Server) -> None:
        self._server = server
        self._log: IO[str] = tempfile.TemporaryFile("w+")  # noqa: SIM115 - it lives as long as the process.
        self._process = keeper.start(
            [sys.executable, str(Path(__file__).with_name("stopwatch.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip

    def measure(self, way: Way, database: str, migrations: Path = MIGRATIONS) -> float:
        """Return how many seconds it took; raises CouldNotAnswer when it failed."""
        job = {"way": way, "database_url": self._server.url(database), "migrations": str(migrations)}
        assert self._process.stdin is not None  # noqa: S101 - it was started with pipes; said for the type checker.
        assert self._process.stdout is not None  # noqa: S101 - the same.
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "its process ended"}')
        if "seconds" not in told:
            self._log.seek(0)
            last = " / ".join(self._log.read().splitlines()[-5:])
            raise CouldNotAnswer(f"An upgrade by {way!r} failed: {told['error']}. Its log ends with: {last}")
        return float(told["seconds"])

    def close(self) -> None:
        """Let the process end."""
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe:
                pipe.close()
        self._process.wait()


@dataclass(frozen=True)
class Bench:
    """What every measurement needs: `template` is a database with the table `t` of so many `rows`."""

    stopwatch: Stopwatch
    databases: Databases
    folder: Path
    template: str
    rows: int
