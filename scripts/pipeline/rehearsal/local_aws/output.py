"""
Without this file a function's last printed lines could miss their own invocation's log.

The answer comes over HTTP and the lines come through a pipe. The process wrote the lines first, so they are
in the pipe when the answer is here: draining the pipe then gets them all, and nobody has to wait a while.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import IO


class Output:
    """Reads a process's output from a pipe, in a thread of its own, and gives each line to `say`."""

    def __init__(self, pipe: IO[bytes], say: Callable[[str], None]) -> None:
        self._pipe = pipe
        self._say = say
        self._started_line = b""
        self._ended = False
        self._lock = threading.Lock()
        os.set_blocking(pipe.fileno(), False)
        threading.Thread(target=self._pump, name="function-output", daemon=True).start()

    def drain(self) -> None:
        """Say everything that was written up to now, an unfinished last line included."""
        with self._lock:
            self._read()
            if self._started_line:
                self._say(self._started_line.decode(errors="replace"))
                self._started_line = b""

    def _pump(self) -> None:
        while not self._ended:
            select.select([self._pipe], [], [])
            with self._lock:
                self._read()
        self._pipe.close()

    def _read(self) -> None:
        while not self._ended:
            try:
                read = os.read(self._pipe.fileno(), 65536)
            except BlockingIOError:
                return
            self._ended = not read
            *lines, self._started_line = (self._started_line + read).split(b"\n")
            for line in lines:
                self._say(line.decode(errors="replace"))
