"""What a program and all that it starts take of the machine: memory at its worst moment, and processors' time."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.1
_PROC = Path("/proc")
_SERVER = "postgres"
_MEGABYTE = 1024


@dataclass(frozen=True)
class Taken:
    """
    Seconds by the clock and of processors; megabytes at the worst moment, the server's apart.

    Memory is what belongs to a process alone and its share of the rest (PSS), so that nothing is counted twice.
    """

    code: int
    seconds: float
    processors: float
    memory: float
    memory_of_server: float


def run_measured(command: Sequence[str], folder: Path, output: Path, *, memory: bool = True) -> Taken:
    """
    Run `command` in `folder`; what it says on standard output and error goes to the file `output`.

    Looking at the `memory` of a hundred processes takes a part of a processor itself: whoever wants the time of a
    command that keeps all of them busy does without.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with output.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
    watch = _Watch(process.pid)
    if memory:
        watch.start()
    code = process.wait()
    seconds = time.perf_counter() - began
    watch.over.set()
    if memory:
        watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processors = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(code, seconds, processors, watch.most[False] / _MEGABYTE, watch.most[True] / _MEGABYTE)


class _Watch(threading.Thread):
    """Looks at a process and its descendants now and then; where there is no /proc, it sees nothing."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = root
        self.over = threading.Event()
        self.most = {False: 0, True: 0}
        """Kilobytes: of all processes but the server's, and of the server's."""

    def run(self) -> None:
        while not self.over.wait(_EVERY):
            now = {False: 0, True: 0}
            for pid, name in _tree(self._root):
                now[name == _SERVER] += _kilobytes(pid)
            self.most = {server: max(most, now[server]) for server, most in self.most.items()}


def _tree(root: int) -> list[tuple[int, str]]:
    children: dict[int, list[int]] = defaultdict(list)
    names: dict[int, str] = {}
    for entry in os.listdir(_PROC) if _PROC.is_dir() else []:  # noqa: PTH208 - some hundred paths ten times a second.
        if entry.isdigit() and (about := _about(int(entry))) is not None:
            names[int(entry)], parent = about
            children[parent].append(int(entry))
    found, ahead = [], [root]
    while ahead:
        pid = ahead.pop()
        ahead += children[pid]
        found += [(pid, names[pid])] if pid in names else []
    return found


def _about(pid: int) -> tuple[str, int] | None:
    """Its name and its parent; None for one that has ended meanwhile."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    return name, int(rest.split()[1])


def _kilobytes(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:  # It has ended, or it is another user's.
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
