"""
A process that is killed cannot clean up; its keeper does it in its place.

The keeper is a small process that reads from a pipe whose only writer is the process it keeps for. When the
pipe ends, because its owner closed it, failed or was killed, the keeper ends what it was told to watch and
removes the folders. A normal end takes the same way, so there is one clean-up, used every time.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

# PostgreSQL kills its own stubborn children five seconds after SIGQUIT; nobody else needs that long.
PATIENCE = 6.0


class Keeper:
    """Ends watched process groups and removes folders when this process closes it or goes away."""

    def __init__(self) -> None:
        # `-I` and a session of its own: neither the caller's environment nor a Ctrl-C reaches it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__], stdin=subprocess.PIPE, start_new_session=True, text=True
        )
        self._started: list[subprocess.Popen[Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(
        self, command: Sequence[str], *, ending: signal.Signals = signal.SIGTERM, **keywords: Any
    ) -> subprocess.Popen[Any]:
        """Start `command` in a session of its own, watched; `keywords` are subprocess.Popen's."""
        process = subprocess.Popen(command, start_new_session=True, **keywords)
        self.watch(process.pid, ending)
        self._started.append(process)
        return process

    def watch(self, group: int, ending: signal.Signals = signal.SIGTERM) -> None:
        """End the process group with `ending` at the latest when we end, with SIGKILL if it stays."""
        self._say(f"watch {int(ending)} {group}")

    def forget(self, group: int) -> None:
        """The group has ended; its number may soon be somebody else's."""
        self._say(f"forget 0 {group}")

    def folder(self, prefix: str, below: Path | None = None) -> Path:
        """Make a private folder that is removed at the latest when we end: `below`, or where temporary files go."""
        # Announced before it exists, so that there is no moment in which it could stay behind.
        path = (below or Path(tempfile.gettempdir())) / f"{prefix}-{secrets.token_hex(6)}"
        self._say(f"folder 0 {path}")
        path.mkdir(mode=0o700)
        return path

    def close(self) -> None:
        """End everything that is still watched and remove the folders; may be called twice."""
        if self._process.stdin and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        while self._process.poll() is None:
            # An ended child is a zombie, which looks alive to the keeper, until its parent has asked for it.
            for process in self._started:
                process.poll()
            time.sleep(0.01)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was opened with a pipe.
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


def keep(orders: IO[str]) -> None:
    """Collect orders until their writer is gone, then carry them out."""
    groups: dict[int, int] = {}
    began: dict[int, str | None] = {}
    folders: list[Path] = []
    for line in orders:
        verb, number, what = line.rstrip("\n").split(" ", 2)
        match verb:
            case "watch":
                groups[int(what)] = int(number)
                began[int(what)] = _began(int(what))
            case "forget":
                groups.pop(int(what), None)
            case "folder":
                folders.append(Path(what))
    # A group that ended unnoticed may have left its number to a stranger.
    _end({group: ending for group, ending in groups.items() if _began(group) in (None, began[group])})
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _began(process: int) -> str | None:
    """When the process was started, in the kernel's ticks; None when it is gone, or where there is no /proc."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def _end(groups: dict[int, int]) -> None:
    for group, ending in groups.items():
        _signal(group, ending)
        _signal(group, signal.SIGCONT)  # A stopped process would not act on the first one.
    until = time.monotonic() + PATIENCE
    while any(_alive(group) for group in groups) and time.monotonic() < until:
        time.sleep(0.02)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _alive(group: int) -> bool:
    return _signal(group, 0)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies.
        return False
    return True


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    keep(sys.stdin)
