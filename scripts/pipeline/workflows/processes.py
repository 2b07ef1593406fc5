"""
Runs one command after another for a job, each in a session of its own, and lets none outlive the job.

A process that a step leaves in the background lives until its job ends, as on GitHub: that is how a
workflow starts a server in one step and talks to it in the next.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal, Protocol, TypeAlias

from pipeline.workflows.cancellation import Cancellation
from pipeline.workflows.orphans import kill_tracked

Verdict: TypeAlias = Literal["timed out", "cancelled"]

# How long output is waited for after a step's shell has ended, in seconds: with nobody left in its group it
# is on its way; somebody in the background may never close it.
_LAST_WORDS = 5.0
_LAST_WORDS_IN_BACKGROUND = 0.5


class Watch(Protocol):
    """Decides how long a process may run."""

    def seconds_left(self) -> float:
        """Until the next moment at which the verdict may change by itself."""

    def verdict(self) -> Verdict | None:
        """Why the process must end now, or None."""


@dataclass(frozen=True)
class Ended:
    exit_code: int | None  # None if it was made to end.
    verdict: Verdict | None


class _News(Enum):
    EXITED = auto()
    SILENT = auto()
    LOOK_AT_THE_WATCH = auto()


class _Process:
    """A running command whose lines and end arrive in one queue, in whichever order they happen."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        take: Callable[[str], object],
    ) -> None:
        self.news: SimpleQueue[str | _News] = SimpleQueue()
        self.exited = False  # Its shell ended.
        self.silent = False  # Nobody can write to its output any more.
        self._take = take
        self._popen = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._listened_to = True
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.waiter = threading.Thread(target=self._wait, daemon=True)
        self.reader.start()
        self.waiter.start()

    @property
    def group(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        return self._popen.returncode

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)

    def has_group(self) -> bool:
        try:
            os.killpg(self._popen.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def hear(self, seconds: float) -> None:
        """Wait for one piece of news and take it in, or for the time to pass."""
        try:
            news = self.news.get(timeout=max(0.0, seconds))
        except Empty:
            return
        if isinstance(news, str):
            self._take(news)
        self.exited |= news is _News.EXITED
        self.silent |= news is _News.SILENT

    def hear_until(self, heard: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not heard() and time.monotonic() < deadline:
            self.hear(deadline - time.monotonic())

    def ignore(self) -> None:
        """Go on reading, so that a background process does not block on a full pipe, and drop it."""
        self._listened_to = False

    def _read(self) -> None:
        assert self._popen.stdout is not None  # noqa: S101 - stdout=PIPE.
        with self._popen.stdout as lines:
            for line in lines:
                if self._listened_to:
                    self.news.put(line.rstrip("\n"))
        self.news.put(_News.SILENT)

    def _wait(self) -> None:
        self._popen.wait()
        self.news.put(_News.EXITED)


class Processes:
    """The processes of one job; `close` ends those that are left."""

    def __init__(
        self, cancellation: Cancellation, tracking_id: str, patience: float, started: Callable[[int], None]
    ) -> None:
        """
        `patience` is how long, in seconds, a process may take to obey SIGINT, and then SIGTERM; `started` is
        told the process group of each.
        """
        self._cancellation = cancellation
        self._tracking_id = tracking_id
        self._patience = patience
        self._started = started
        self._left: list[_Process] = []

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        folder: Path,
        take: Callable[[str], object],
        watch: Watch,
    ) -> Ended:
        """Run `command` to its end, giving its lines to `take`; raise OSError if it cannot start."""
        process = _Process(command, {**env, "RUNNER_TRACKING_ID": self._tracking_id}, folder, take)
        try:
            self._started(process.group)
            with self._cancellation.listening(lambda: process.news.put(_News.LOOK_AT_THE_WATCH)):
                while not (verdict := watch.verdict()) and not process.exited:
                    process.hear(watch.seconds_left())
                if process.exited:
                    verdict = None
                else:
                    self._stop(process)
                last_words = _LAST_WORDS_IN_BACKGROUND if process.has_group() else _LAST_WORDS
                process.hear_until(lambda: process.silent, last_words)
        except BaseException:
            process.signal(signal.SIGKILL)
            raise
        finally:
            process.ignore()
            # The id of a group that is gone may be given to another; one that is there keeps it.
            if process.has_group():
                self._left.append(process)
        return Ended(None if verdict else process.exit_code, verdict)

    def close(self) -> None:
        for process in self._left:
            process.signal(signal.SIGKILL)
        kill_tracked(self._tracking_id)
        for process in self._left:
            process.waiter.join(_LAST_WORDS)
            process.reader.join(_LAST_WORDS)
        self._left.clear()

    def _stop(self, process: _Process) -> None:
        """End the whole group, politely first; a shell waits for its child, so the group must hear it."""
        for number in (signal.SIGINT, signal.SIGTERM):
            if not process.exited:
                process.signal(number)
                process.hear_until(lambda: process.exited, self._patience)
        process.signal(signal.SIGKILL)
