"""
Git is asked many small questions; here is how it is asked so that the answer depends on the repository alone.

A rehearsal or a review may run inside a git hook, which hands its own repository to every git below it through
GIT_* variables. Hence none of them is passed on.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pipeline.errors import CouldNotAnswer

# Somebody else may own the checkout (a container's mount); its code is about to run here anyway.
_TRUST = ("-c", "safe.directory=*")
# `git status` and `git diff` would otherwise refresh the index of the repository they look at.
_READ_ONLY = {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
# Hooks, signing and line-end conversion are the user's, and none of them belongs into an export.
_NOBODYS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Rehearsal",
    "GIT_AUTHOR_EMAIL": "rehearsal@localhost",
    "GIT_COMMITTER_NAME": "Rehearsal",
    "GIT_COMMITTER_EMAIL": "rehearsal@localhost",
}


def ask(repository: Path, *arguments: str) -> str:
    """Run `git` in `repository` without changing anything there; raises CouldNotAnswer with git's words."""
    finished = _git(repository, arguments, _READ_ONLY)
    if finished.returncode:
        raise CouldNotAnswer(f"`git {' '.join(arguments)}` failed in {repository}: {finished.stderr.strip()}")
    return finished.stdout


def holds(repository: Path, *arguments: str) -> bool:
    """Tell whether a git command whose answer is its exit code says yes."""
    return _git(repository, arguments, _READ_ONLY).returncode == 0


def change(repository: Path, *arguments: str, date: str | None = None) -> None:
    """Run `git` in a repository of ours, without the user's configuration; `date` dates a commit."""
    dated = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    finished = _git(repository, arguments, {**_NOBODYS, **dated})
    if finished.returncode:
        raise CouldNotAnswer(f"`git {' '.join(arguments)}` failed in {repository}: {finished.stderr.strip()}")


def blobs(repository: Path, names: list[str]) -> dict[str, bytes]:
    """Read many objects by their ids at once: one process instead of one per file."""
    finished = subprocess.run(
        ["git", *_TRUST, "cat-file", "--batch"],
        cwd=repository, env=_environment(_READ_ONLY), input="".join(f"{name}\n" for name in names).encode(),
        capture_output=True, check=True,
    )  # fmt: skip
    contents, rest = {}, finished.stdout
    for name in names:
        header, _, rest = rest.partition(b"\n")
        size = int(header.rsplit(b" ", 1)[1])
        contents[name], rest = rest[:size], rest[size + 1 :]
    return contents


def _git(repository: Path, arguments: tuple[str, ...], settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", *_TRUST, *arguments],
            cwd=repository, env=_environment(settings), capture_output=True, text=True,
            errors="surrogateescape", check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise CouldNotAnswer("git is not on the PATH, and only git knows what was committed: install it.") from error


def _environment(settings: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**inherited, **settings}
