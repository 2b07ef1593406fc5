"""
Without this file every invocation would start a process, and old code would linger in warm ones.

An idle environment serves an invocation only if it was started for exactly that version and configuration.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.rehearsal.local_aws.invocation import FunctionVersion
from pipeline.rehearsal.local_aws.package import unpack
from pipeline.rehearsal.local_aws.sandbox import Sandbox, Workshop

# Each holds a Python with a whole app loaded. Lambda ends idle ones after minutes; we keep the latest few.
MOST_IDLE = 6


class Sandboxes:
    """Warm and busy execution environments of all functions."""

    def __init__(self, workshop: Workshop, folder: Path, say: Callable[[str, str, str], None]) -> None:
        """Unpack below `folder`; `say` gets each log line, after its log group and log stream."""
        self._workshop = workshop
        self._folder = folder
        self._say = say
        self._idle: list[Sandbox] = []
        self._busy: set[Sandbox] = set()
        self._closed = False
        self._lock = threading.Lock()
        self.cold_starts = 0

    @contextmanager
    def one_for(self, version: FunctionVersion) -> Iterator[Sandbox]:
        """Lend an environment of this version, warm if there is one, else a new one."""
        sandbox = self._take(version) or self._start(version)
        try:
            yield sandbox
        finally:
            self._give_back(sandbox)

    def busy_with(self, function: str) -> int:
        """How many environments of the function are handling an event now, whatever their version."""
        with self._lock:
            return sum(sandbox.version.name == function for sandbox in self._busy)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            sandboxes = [*self._idle, *self._busy]
            self._idle.clear()
        _close(sandboxes)

    def _take(self, version: FunctionVersion) -> Sandbox | None:
        with self._lock:
            same = [s for s in self._idle if s.version.arn == version.arn]
            fitting = [s for s in same if s.usable and s.version.identity == version.identity]
            chosen = fitting[-1] if fitting else None
            stale = [s for s in same if s not in fitting]
            self._idle = [s for s in self._idle if s not in stale and s is not chosen]
            if chosen:
                self._busy.add(chosen)
        _close(stale)
        return chosen

    def _start(self, version: FunctionVersion) -> Sandbox:
        task_root = unpack(version.code, self._folder / version.code_sha256)
        sandbox = Sandbox(
            version,
            task_root,
            self._workshop,
            lambda stream, line: self._say(version.log_group, stream, line),
        )
        with self._lock:
            self.cold_starts += 1
            self._busy.add(sandbox)
            closed = self._closed
        if closed:
            sandbox.kill()  # Started while we were closing: nobody else would end it.
        return sandbox

    def _give_back(self, sandbox: Sandbox) -> None:
        with self._lock:
            self._busy.discard(sandbox)
            keep = sandbox.usable and not self._closed
            if keep:
                self._idle.append(sandbox)
            dropped = self._idle[:-MOST_IDLE] if keep else [sandbox]
            self._idle = self._idle[-MOST_IDLE:]
        _close(dropped)


def _close(sandboxes: list[Sandbox]) -> None:
    for sandbox in sandboxes:
        sandbox.kill()
    closing = [threading.Thread(target=sandbox.close, daemon=True) for sandbox in sandboxes]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
