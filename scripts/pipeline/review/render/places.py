"""
How a file is called in a report: relative to where the reader stands, with slashes on every system.

Someone at a terminal stands in the current directory; GitHub stands at the top of the checkout, and matches an
annotation with a line of the pull request by that path alone.
"""

from __future__ import annotations

import os
from pathlib import Path


def from_here(file: Path) -> str:
    """The path relative to the current directory, or the whole one when the file is not below it."""
    return _below(Path.cwd(), file)


def from_checkout(file: Path) -> str:
    """The path relative to the top of the checkout when a workflow runs, else as `from_here`."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    return _below(_top(file) or Path(workspace), file) if workspace else from_here(file)


def _top(file: Path) -> Path | None:
    """The checkout that the file is in: a job may have more than one, below its workspace."""
    return next((folder for folder in (Path.cwd() / file).parents if (folder / ".git").exists()), None)


def _below(folder: Path, file: Path) -> str:
    whole = Path.cwd() / file
    if ".." not in whole.parts and whole.is_relative_to(folder):
        return whole.relative_to(folder).as_posix()
    # Resolved both, as the temporary directory of macOS and many a checkout are behind a symbolic link.
    resolved, parent = whole.resolve(), folder.resolve()
    return (resolved.relative_to(parent) if resolved.is_relative_to(parent) else resolved).as_posix()
