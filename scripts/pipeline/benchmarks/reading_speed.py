"""How long the command takes for a long history: what somebody waits for who types it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Phase

_CORES = 2
"""As many as the machines have that pull requests are reviewed on."""
_ANSWERED = {0, 1}


def use_two_cores() -> int:
    """Keep this process, and those it starts, to two cores where the system lets it; return how many there are."""
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count() or 1
    cores = sorted(os.sched_getaffinity(0))[:_CORES]
    os.sched_setaffinity(0, cores)
    return len(cores)


def seconds_for(directory: Path, phases: Sequence[Phase], repeats: int) -> float:
    """The median of `repeats` runs of the command over all revisions. Raises CouldNotAnswer when it does not answer."""
    return statistics.median(_once(directory, phases) for _ in range(repeats))


def _once(directory: Path, phases: Sequence[Phase]) -> float:
    words = ["--all", "--directory", str(directory), "--phases", ",".join(phases), "--format", "json"]
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / "review_revisions.py"), *words],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    if ended.returncode not in _ANSWERED:
        raise CouldNotAnswer(f"The review of {directory} ended with {ended.returncode}: {ended.stderr.strip()[-500:]}")
    return seconds
