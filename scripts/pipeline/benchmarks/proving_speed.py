"""What the full review of one new revision takes, in all phases: seconds and their parts, and memory."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.benchmarks.one_revision import WithOneRevision
from pipeline.benchmarks.processes import Taken, run_measured
from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Phase

_ANSWERED = {0, 1}


@dataclass(frozen=True)
class Proved:
    """One full review: what it took, and where the seconds went."""

    name: str
    rows: int
    taken: Taken
    parts: dict[str, float]


def prove_measured(project: WithOneRevision, rows: int, repeats: int, folder: Path) -> Proved:
    """
    The quickest of `repeats` reviews, as others' work only ever adds, and the memory of one more.

    Raises CouldNotAnswer without an answer.
    """
    runs = [_once(project, rows, folder, memory=False) for _ in range(repeats)]
    quickest = min(runs, key=lambda run: run.taken.seconds)
    watched = _once(project, rows, folder, memory=True).taken
    taken = replace(quickest.taken, memory=watched.memory, memory_of_server=watched.memory_of_server)
    return replace(quickest, taken=taken)


def _once(project: WithOneRevision, rows: int, folder: Path, *, memory: bool) -> Proved:
    report, said = folder / "report.json", folder / "said.txt"
    words = ["--since", "HEAD", "--phases", ",".join(Phase), "--rows", str(rows), "--also", f"json={report}"]
    script = str(CHECKOUT / "scripts" / "review_revisions.py")
    report.unlink(missing_ok=True)
    taken = run_measured([sys.executable, script, *words], project.folder, said, memory=memory)
    told = json.loads(report.read_text()) if report.exists() else {}
    live = told.get("live") or {}
    if taken.code not in _ANSWERED or not live.get("revisions"):
        words_of_it = said.read_text(errors="replace").strip()[-500:]
        raise CouldNotAnswer(f"The review of {project.folder} ended with {taken.code}: {words_of_it}")
    parts: dict[str, float] = live["took"]
    # What is left of the command is its start, the reading phases and the report.
    return Proved(
        project.name, rows, taken, {"starting, reading and reporting": taken.seconds - parts.pop("all"), **parts}
    )
