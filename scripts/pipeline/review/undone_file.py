"""
A file that names the revisions which production has undone, and which may be deleted or corrected therefore.

A pull request's job has no way to the ledger, so the branch says it, in a line that whoever approves it reads. The
guard of the deploy asks the database: it refuses a checkout without the revision it is at, whatever this says.
"""

from __future__ import annotations

from pathlib import Path

NAME = "undone.txt"


def read_undone(directory: Path) -> frozenset[str]:
    """The first word of each line of the directory's file: an id. What follows it is for people, as is `# …`."""
    path = directory / NAME
    if not path.is_file():
        return frozenset()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return frozenset(line.split()[0] for line in lines if line.strip() and not line.lstrip().startswith("#"))
