"""Whoever presses Ctrl-C waits for nothing that is still being asked, and is told no more than that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.pipeline.review.project import Project

SCRIPT = Path("scripts/review_revisions.py").resolve()


def test_giving_up_ends_everything_at_once_and_leaves_nothing(released: Project, tmp_path: Path) -> None:
    """The upgrade is under way on the release's own database, in a thread, while the other one is filled."""
    released.write(
        "dddddddddddd", "cccccccccccc", upgrade="op.execute('CREATE TABLE begun ()'); op.execute('SELECT pg_sleep(60)')"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = ["--since", "main", "--phases", "sql,live,window", "--rows", "10", "--seconds", "50"]
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), *words], cwd=released.folder, env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as review:  # fmt: skip
        assert review.stderr is not None
        assert review.stderr.readline().startswith("Proving dddddddddddd")
        time.sleep(3)  # Until it sleeps: that it does not yet would let the test pass, and is none of its failures.
        os.killpg(review.pid, signal.SIGINT)
        _, said = review.communicate(timeout=30)

    assert (review.returncode, said) == (130, "interrupted\n")
    assert list(temporary.iterdir()) == []
