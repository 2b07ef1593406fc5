"""
A release is a commit and the schema it was written for; both travel in the published version's description.

The description is the one thing about a version that can be read with the database down, and it is frozen
when the version is published, so a rollback can trust it.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.heads import single_head
from pipeline.errors import CouldNotAnswer

_DESCRIPTION = re.compile(r"^commit=(?P<commit>[0-9a-f]{40}) schema=(?P<schema>\w+)$", re.ASCII)


@dataclass(frozen=True)
class Release:
    """`commit` is a full SHA-1, `schema` the one Alembic head of that commit."""

    commit: str
    schema: str

    @property
    def description(self) -> str:
        """How a published version says which release it is."""
        return f"commit={self.commit} schema={self.schema}"

    def __str__(self) -> str:
        return f"{self.commit[:12]} (schema {self.schema})"


def described_release(description: str) -> Release | None:
    """Read a version's description back; None for a version that was not published by us."""
    match = _DESCRIPTION.match(description)
    return Release(**match.groupdict()) if match else None


def checked_out_release(checkout: Path = Path()) -> Release:
    """The release that the checkout is; raises when it has no commit or not exactly one head."""
    return Release(commit=git(checkout, "rev-parse", "HEAD"), schema=single_head(checkout / "migrations"))


def descends_from(commit: str, checkout: Path = Path()) -> bool:
    """Is `commit` the checked out commit or an ancestor of it? Raises when git has never heard of it."""
    answer = subprocess.run(
        ["git", "-C", str(checkout), "merge-base", "--is-ancestor", commit, "HEAD"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if answer.returncode not in (0, 1):
        raise CouldNotAnswer(
            f"git does not know the commit {commit}: check out the whole history (`fetch-depth: 0`), or see whether "
            f"it was rewritten. git said: {answer.stderr.strip()}"
        )
    return answer.returncode == 0


def came_before(checkout: Path = Path()) -> str | None:
    """The commit that this one was merged onto, which its pull request was reviewed against; None for the first one."""
    parents = git(checkout, "rev-list", "--parents", "--max-count=1", "HEAD").split()[1:]
    return parents[0] if parents else None


def git(checkout: Path, *words: str) -> str:
    """One line out of git."""
    answer = subprocess.run(["git", "-C", str(checkout), *words], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise CouldNotAnswer(f"`git {' '.join(words)}` failed: {answer.stderr.strip()}")
    return answer.stdout.strip()
