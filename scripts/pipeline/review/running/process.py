"""The process in which a project runs: commands go in, lines come out, and it never outlives us."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.review.running.project import Project
from pipeline.review.running.variables import environment

_SCRIPTS = Path(__file__).resolve().parents[3]
# Under another name than `-m` would give it: the project may have a package called as ours.
_PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop()); from pipeline.review.running.{} import main; main()"


def program(project: Project, name: str) -> list[str]:
    """The words that start one of our programs in the project's Python."""
    return [str(project.python), "-c", _PROGRAM.format(name), str(_SCRIPTS)]


def job(project: Project, url: URL) -> dict[str, Any]:
    """What a program in the project's Python has to be told to give it Alembic's commands."""
    return {
        "root": str(project.root),
        "imports": project.imports,
        "directory": str(project.layout.directory.absolute()),
        "ini": str(project.ini) if project.ini else None,
        "flask": project.flask,
        "url": url.render_as_string(hide_password=False),
        "database": url.database,
        "variables": dict(project.variables),
        "x": project.x_arguments,
        "shares_connection": project.shares_connection,
    }


class Ended(Exception):
    """The process has ended, or a child that it had made for one run; `code` is its exit code."""

    def __init__(self, code: int, *, was_a_child: bool = False) -> None:
        super().__init__(f"it ended with exit code {code}")
        self.code = code
        self.was_a_child = was_a_child


class Process:
    """A project's Python with the program `inside`, watched by `keeper`. Raises CouldNotAnswer where there is none."""

    def __init__(self, keeper: Keeper, project: Project, url: URL) -> None:
        database = url.render_as_string(hide_password=False)
        self._keeper = keeper
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process; a pipe could fill up.
        self._rest = b""
        try:
            self._process = keeper.start(
                program(project, "inside.program"), cwd=project.root, env=environment(database, project.variables),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, ending=signal.SIGKILL,
            )  # fmt: skip
        except OSError as error:
            self._errors.close()
            raise CouldNotAnswer(f"{project.python} cannot be run: {error.strerror}.") from error
        self.say(job(project, url) | {"versions": [str(folder.absolute()) for folder in project.layout.versions]})

    def say(self, what: dict[str, Any]) -> None:
        """Give it a command. One that has ended does not hear it, and says so when it is read."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened with a pipe.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write((json.dumps(what) + "\n").encode())
            self._process.stdin.flush()

    def hear(self, seconds: float) -> dict[str, Any] | None:
        """Return the next line, or None when there is none within `seconds`. Raises Ended."""
        assert self._process.stdout is not None  # noqa: S101 - it was opened with a pipe.
        until = time.monotonic() + seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, min(until - time.monotonic(), 1.0)))
            if ready:
                given = os.read(self._process.stdout.fileno(), 1 << 16)
                if not given:
                    raise Ended(self._process.wait())
                self._rest += given
            elif (code := self._process.poll()) is not None:  # A child of its own may hold the pipe open.
                raise Ended(code)
            elif time.monotonic() >= until:
                return None
        line, _, self._rest = self._rest.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def last_words(self) -> str:
        """The last line of what it, or the project, has printed."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 4096))
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def kill(self) -> None:
        """End it and whatever it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._keeper.forget(self._process.pid)
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(BrokenPipeError):  # What it has not read any more.
                if stream is not None:
                    stream.close()
