"""Revisions of a test's own, and processes that apply them, to be stopped wherever a test wants them to be."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from pipeline.keeper import Keeper
from yt_pubsub_handler import MIGRATIONS

PATIENCE = 30.0
REPOSITORY = Path(__file__).resolve().parents[4]

_REVISION = """
import sqlalchemy as sa
from alembic import op
{header}
revision, down_revision = {revision!r}, {previous!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
"""

# The clocks of the engine, faster: a silent holder loses the mutex after one second.
FAST = {
    "mutex.OPTIONS": {"idle_session_timeout": "1s"},
    "heartbeat.BEAT_SECONDS": 0.2,
    "takeover.GRACE_SECONDS": 0.3,
}


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Return what `condition` returns as soon as that is true."""
    until = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < until, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.01)
    return answer


class Client:
    """A process with a job."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.pid, self._folder = pid, folder

    def wait_at(self, gate: str) -> None:
        """Wait until the process stands at `gate`."""
        wait_for(lambda: (self._folder / f"{gate}.reached").exists() or self._early(), f"reaching {gate!r}")

    def wait_at_or_end(self, gate: str | None) -> None:
        """Wait until the process stands at `gate`, waits for somebody else, or is over; without a gate not at all."""
        reached = self._folder / f"{gate}.reached"
        wait_for(lambda: gate is None or reached.exists() or self._waits() or not self.is_alive(), f"reaching {gate!r}")

    def wait_for_end(self) -> None:
        wait_for(lambda: not self.is_alive(), "the end of a process")

    def open(self, gate: str) -> None:
        (self._folder / f"{gate}.open").touch()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        wait_for(lambda: not self.is_alive(), "the end of a killed process")

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)
        stat = Path(f"/proc/{self.pid}/stat")
        wait_for(lambda: stat.read_text().rpartition(") ")[2].startswith("T"), "the stop of a process")

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def is_alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def answer(self) -> dict[str, Any]:
        """Wait for its end; what it returned under "result" and as it "printed" it, or "error" and its "code"."""
        wait_for(lambda: self._written() or not self.is_alive(), "the end of a process")
        assert self._written(), "a process ended without an answer"
        told: dict[str, Any] = json.loads((self._folder / "answer").read_text())
        return told

    def result(self) -> dict[str, Any]:
        answer = self.answer()
        assert "result" in answer, answer
        told: dict[str, Any] = answer["result"]
        return told

    def error(self) -> tuple[str, str]:
        """Wait for its end, which is to be an error of the engine: code and message."""
        answer = self.answer()
        assert answer.get("code"), answer
        return answer["code"], answer["error"]

    def _waits(self) -> bool:
        return (self._folder / "waits").exists()

    def _written(self) -> bool:
        return (self._folder / "answer").exists()

    def _early(self) -> bool:
        assert not self._written(), f"it was over before: {self.answer()}"
        return False


class Clients:
    """Starts processes, and ends those that a test has left."""

    def close(self) -> None:
        for pipe in (self._zygote.stdin, self._zygote.stdout):
            assert pipe
            pipe.close()

    def __init__(self, keeper: Keeper) -> None:
        self._zygote = keeper.start(
            [sys.executable, str(Path(__file__).with_name("client.py"))],
            stdin=-1,
            stdout=-1,
            text=True,
            env=os.environ | {"DATABASE_URL": "postgresql://none", "PYTHONPATH": str(REPOSITORY)},
        )
        self._started: list[Client] = []

    def start(self, job: dict[str, Any]) -> Client:
        assert self._zygote.stdin
        assert self._zygote.stdout
        self._zygote.stdin.write(json.dumps(job) + "\n")
        self._zygote.stdin.flush()
        client = Client(int(self._zygote.stdout.readline()), Path(job["folder"]))
        self._started.append(client)
        return client

    def end(self) -> None:
        for client in self._started:
            if client.is_alive():
                client.kill()
        self._started.clear()


@pytest.fixture(scope="session")
def all_clients() -> Iterator[Clients]:
    with Keeper() as keeper:
        clients = Clients(keeper)
        yield clients
        clients.close()


@pytest.fixture
def clients(all_clients: Clients) -> Iterator[Clients]:
    yield all_clients
    all_clients.end()


class Project:
    """A folder of revisions beside a database, which is not at any of them yet."""

    def __init__(self, app: Flask | None, url: str, folder: Path, clients: Clients) -> None:
        self.app, self.url, self.folder = app, url, folder
        self._clients, self._numbers = clients, itertools.count(1)
        self.ids: list[str] = []

    def write(self, *revisions: str | tuple[str, str] | dict[str, str]) -> list[str]:
        """
        Write revisions, in one line of Python each, and return their ids.

        Each is an upgrade, a pair of upgrade and downgrade, or a dictionary with "header" as well.
        """
        versions = self.folder / "migrations" / "versions"
        if not versions.exists():
            versions.mkdir(parents=True)
            for name in ("env.py", "alembic.ini", "script.py.mako"):
                (versions.parent / name).write_text((MIGRATIONS / name).read_text())
            if self.app:
                extension = self.app.extensions["migrate"]
                extension.directory = extension.migrate.directory = str(versions.parent)
        self.ids = [f"{number:012x}" for number in range(1, len(revisions) + 1)]
        for revision, previous, code in zip(self.ids, [None, *self.ids], revisions, strict=False):
            if isinstance(code, str):
                code = {"upgrade": code}  # noqa: PLW2901 - the shorter ways to write it.
            elif isinstance(code, tuple):
                code = dict(zip(("upgrade", "downgrade"), code, strict=True))  # noqa: PLW2901 - the same.
            filled = {"header": "", "downgrade": "pass"} | code
            text = _REVISION.format(revision=revision, previous=previous, **filled)
            (versions / f"{revision}.py").write_text(text)
        return self.ids

    def start(
        self,
        function: str = "upgrade",
        event: dict[str, Any] | None = None,
        *,
        gates: tuple[str, ...] = (),
        seconds: float = 300,
        values: dict[str, Any] | None = None,
    ) -> Client:
        """
        Call run.run_alembic_… in a process of its own, which stops at `gates` ("before mutex.release").

        `values` replace constants of the engine ("retries.TRIES"); Lambda has `seconds` left.
        """
        folder = self.folder / f"client-{next(self._numbers)}"
        folder.mkdir()
        return self._clients.start(
            {
                "function": f"run_alembic_{function}",
                "event": event or {},
                "seconds": seconds,
                "gates": gates,
                "values": FAST | (values or {}),
                "database_url": self.url,
                "migrations": str(self.folder / "migrations"),
                "folder": str(folder),
            }
        )


@pytest.fixture
def new_project(
    empty_postgresql: psycopg.Connection[Any], tmp_path: Path, clients: Clients
) -> Iterator[Callable[[], tuple[Project, psycopg.Connection[Any]]]]:
    """Return a function that makes a project with a database of its own, and a connection to that."""
    numbers = itertools.count(1)
    info = empty_postgresql.info
    where: dict[str, Any] = {"host": info.host, "port": info.port, "user": info.user, "password": info.password}
    made = []
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as server:

        def make() -> tuple[Project, psycopg.Connection[Any]]:
            name = f"{info.dbname}_{next(numbers)}"
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            made.append(name)
            folder = tmp_path / name
            folder.mkdir()
            url = f"postgresql://{info.user}:{info.password}@{info.host}:{info.port}/{name}"
            return Project(None, url, folder, clients), psycopg.connect(**where, dbname=name, autocommit=True)

        yield make
        for name in made:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def project(empty_app: Flask, empty_database_url: str, tmp_path: Path, clients: Clients) -> Project:
    return Project(empty_app, empty_database_url, tmp_path, clients)


Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(empty_database_url: str) -> Iterator[Ask]:
    """Return a function that asks `project`'s database, each time for what is committed then."""
    with psycopg.connect(empty_database_url.replace("+psycopg", ""), autocommit=True) as connection:

        def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
            found = connection.execute(query.encode(), values or None)
            return found.fetchall() if found.description else []

        yield ask


@pytest.fixture
def session(empty_database_url: str) -> Iterator[Callable[[str], psycopg.Connection[Any]]]:
    """Return a function that opens a session of somebody else's, by its name."""
    opened: list[psycopg.Connection[Any]] = []

    def open_session(name: str) -> psycopg.Connection[Any]:
        opened.append(psycopg.connect(empty_database_url.replace("+psycopg", ""), application_name=name))
        return opened[-1]

    yield open_session
    for connection in opened:
        connection.close()
