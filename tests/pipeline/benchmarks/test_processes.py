"""What a program takes is what all that it has started takes, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipeline.benchmarks.one_revision import projects
from pipeline.benchmarks.processes import run_measured
from pipeline.review.directory import read_directory
from pipeline.review.layout import find_layout

_WORK = "import time; held = b'x' * 80_000_000; sum(range(3_000_000)); time.sleep(0.6)"


def test_memory_and_processors_of_a_child_of_a_child_are_counted(tmp_path: Path) -> None:
    program = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {_WORK!r}]) + 1)"

    taken = run_measured([sys.executable, "-c", program], tmp_path, tmp_path / "said")

    assert taken.code == 1
    assert taken.memory > 76
    assert taken.memory_of_server == 0
    assert taken.processors > 0.03
    assert taken.seconds > 0.6


def test_each_project_has_one_revision_that_its_release_does_not_have(tmp_path: Path) -> None:
    for project in projects(tmp_path):
        there = {one.id for one in read_directory(find_layout(project.folder / "migrations")).revisions}
        files = subprocess.run(
            ["git", "-C", str(project.folder), "status", "--porcelain", "--untracked-files=all"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip

        new = [line for line in files.stdout.splitlines() if line.startswith("??")]
        assert (len(new), len(there) > 1) == (1, True), project.name
