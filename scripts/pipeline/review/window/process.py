"""The release as a process of its own: what is asked of it, for how long it may think, and its words when it fails."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.review.running.project import Project
from pipeline.review.running.variables import environment
from pipeline.review.window import inside_release

_SECONDS_TO_START = 60.0
_SECONDS_TO_ANSWER = 120.0


class Try(StrEnum):
    """What a release is asked to do, and on which connections."""

    READ_KEPT = "read kept"
    WRITE_KEPT = "write kept"
    READ_FRESH = "read fresh"
    WRITE_FRESH = "write fresh"


class ReleaseDoesNotRun(CouldNotAnswer):
    """The release cannot be tried; what the revisions do can be found out without it."""


class ReleaseProcess:
    """A started release; `connect` before the upgrade, `exercise` before and after it."""

    def __init__(
        self, keeper: Keeper, project: Project, url: URL, head: Path | None = None, seconds: float = _SECONDS_TO_ANSWER
    ) -> None:
        """Start it; its models are loaded from the database at `url`. Raises CouldNotAnswer when it does not start."""
        self._keeper, self._project, self._seconds = keeper, project, seconds
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process that writes into it.
        self._buffer = b""
        database = url.render_as_string(hide_password=False)
        try:
            self._process = keeper.start(
                [str(project.python), inside_release.__file__], cwd=project.root,
                env=environment(database, project.variables), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self._said, ending=signal.SIGKILL,
            )  # fmt: skip
        except OSError as error:
            self._said.close()
            raise ReleaseDoesNotRun(f"{project.python} cannot be run: {error.strerror}.") from error
        job = {
            "root": str(project.root), "directory": str(project.layout.directory.absolute()), "url": database,
            "ini": str(project.ini) if project.ini else None, "flask": project.flask,
            "head": str(head.absolute()) if head else "",
        }  # fmt: skip
        try:
            self.models: list[str] = self._asked(job, _SECONDS_TO_START)["models"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self, url: URL, *, anew: bool = True, keep: bool = True) -> None:
        """
        Go to the database at `url`, with connections to `keep` open; what was connected before is closed.

        Unless `anew`, the rows that were read of another database are those it goes on with.
        """
        database = url.render_as_string(hide_password=False)
        self._asked({"do": "connect", "url": database, "anew": anew, "keep": keep}, self._seconds)

    def exercise(self, *what: Try) -> dict[str, list[dict[str, Any]]]:
        """Return what came of each operation, on connections that stayed open ("kept") and on a fresh one ("fresh")."""
        return self._asked({"do": "exercise", "what": what}, self._seconds)

    def disconnect(self) -> None:
        """Close its connections, so that the database can be copied or dropped."""
        self._asked({"do": "disconnect"}, self._seconds)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened with pipes.
        assert self._process.stdout is not None  # noqa: S101 - the same.
        if not self._process.stdin.closed:
            self._process.stdin.close()
            # It has nothing to put away, and interpreters of large projects take a second to end by themselves.
            self._process.kill()
            self._process.wait()
            self._keeper.forget(self._process.pid)
        self._process.stdout.close()
        self._said.close()

    def _asked(self, what: dict[str, Any], seconds: float) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 - it was opened with pipes.
        try:
            self._process.stdin.write((json.dumps(what) + "\n").encode())
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._gone() from error
        answer: dict[str, Any] = json.loads(self._line(seconds))
        if "failed" in answer:
            raise ReleaseDoesNotRun(
                f"The release in {self._project.root} does not run with {self._project.python.name}: {answer['failed']}"
            )
        return answer

    def _line(self, seconds: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - it was opened with pipes.
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(until - time.monotonic()):
                    self._process.kill()
                    raise ReleaseDoesNotRun(
                        f"The release did not answer within {seconds:.0f} s: it waits for something, or its tables are "
                        "large and have no key to read a page by."
                    )
                more = os.read(self._process.stdout.fileno(), 1 << 16)
                if not more:
                    raise self._gone()
                self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _gone(self) -> ReleaseDoesNotRun:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
        return ReleaseDoesNotRun(f"The release ended by itself in {self._project.root}: {lines[-1]}")
