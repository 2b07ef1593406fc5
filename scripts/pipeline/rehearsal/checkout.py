"""
What lies about in a working folder must not be deployed, so a rehearsal runs in an export of what git tracks.

The export is a repository of its own whose history descends from the original's, because the guard asks git
about ancestors. It borrows the original's objects (`objects/info/alternates`) and writes only its own.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline import git
from pipeline.errors import CouldNotAnswer


@dataclass(frozen=True)
class Checkout:
    """
    A clean checkout; `dirty` names what differs from the original's HEAD, `untracked` what is left out.

    `boundary` is git's list of the commits at which a shallow history ends; it is empty for a whole one.
    """

    folder: Path
    commit: str
    dirty: list[str]
    untracked: list[str]
    boundary: str = ""

    def notices(self) -> list[str]:
        """What a person should know about what is in here, a sentence each."""
        said = []
        if self.dirty:
            said.append(f"With uncommitted changes to {_few(self.dirty)}.")
        if self.untracked:
            said.append(f"Without {_few(self.untracked)}: git does not track it: `git add` it to rehearse it.")
        return said


def export(repository: Path, ref: str | None, folder: Path) -> Checkout:
    """
    Make `folder` a clean checkout of `ref`, or of the working tree's tracked files when `ref` is None.

    Changes to tracked files (modified, deleted, added to the index) become a commit on top of HEAD, with the
    same id for the same changes. The original's `.venv` is linked into the export, so that `make setup` there
    has nothing to do. Raises CouldNotAnswer where there is no commit to check out.
    """
    _insist_on_a_checkout(repository)
    commit = git.ask(repository, "rev-parse", "--verify", f"{ref or 'HEAD'}^{{commit}}").strip()
    touched, untracked = ([], []) if ref else (_touched(repository), _untracked(repository))
    boundary = _borrow(repository, folder, commit)
    dirty = _lay_over(repository, folder, touched)
    if dirty:
        commit = _commit(folder)
    _link_environment(repository, folder)
    return Checkout(folder, commit, dirty, untracked, boundary)


def _insist_on_a_checkout(repository: Path) -> None:
    if not git.holds(repository, "rev-parse", "--show-toplevel"):
        raise CouldNotAnswer(
            f"{repository} is not a git checkout, and what is deployed is what git tracks: "
            "clone the repository, or `git init && git add --all && git commit` here."
        )
    top = Path(git.ask(repository, "rev-parse", "--show-toplevel").rstrip("\n"))
    if top.resolve() != repository.resolve():
        raise CouldNotAnswer(f"{repository} is a folder inside another checkout, {top}: clone it on its own.")
    if not git.holds(repository, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        raise CouldNotAnswer(f"{repository} has no commit yet: `git commit` once, then rehearse.")


def _touched(repository: Path) -> list[str]:
    """List what may differ from HEAD: `git diff` would tell more exactly, but writes the index to do so."""
    if unmerged := _paths(repository, "diff-files", "--name-only", "--diff-filter=U", "-z"):
        raise CouldNotAnswer(f"{_few(unmerged)} has merge conflicts: resolve them, then rehearse.")
    return _paths(repository, "diff-index", "--name-only", "--no-renames", "-z", "HEAD")


def _untracked(repository: Path) -> list[str]:
    return _paths(repository, "ls-files", "--others", "--exclude-standard", "--directory", "-z")


def _paths(repository: Path, *arguments: str) -> list[str]:
    return sorted(set(git.ask(repository, *arguments).split("\0")) - {""})


def _borrow(repository: Path, folder: Path, commit: str) -> str:
    """Make `folder` a repository at `commit` and return the boundary of its history."""
    common = Path(git.ask(repository, "rev-parse", "--git-common-dir").rstrip("\n"))
    original = (repository / common).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    git.change(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    own = folder / ".git"
    (own / "objects" / "info").mkdir(exist_ok=True)
    (own / "objects" / "info" / "alternates").write_text(f"{original / 'objects'}\n")
    shallow = original / "shallow"  # It lists the commits whose parents are not there.
    boundary = shallow.read_text() if shallow.exists() else ""
    if boundary:
        (own / "shallow").write_text(boundary)
    (own / "info").mkdir(exist_ok=True)
    (own / "info" / "exclude").write_text("/.venv\n")
    git.change(folder, "reset", "--quiet", "--hard", commit)
    return boundary


def _lay_over(repository: Path, folder: Path, paths: list[str]) -> list[str]:
    """Bring `paths` into the export as they are in the working tree; return those that differ from HEAD."""
    for path in paths:
        source, target = repository / path, folder / path
        if target.is_symlink() or target.is_file():
            target.unlink()
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    # `--force`: a file may be tracked although a pattern ignores it.
    git.change(folder, "add", "--all", "--force", "--", ".")
    return _paths(folder, "diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD")


def _commit(folder: Path) -> str:
    date = git.ask(folder, "show", "--no-patch", "--format=%cI", "HEAD").strip()
    message = "Lay the working tree's changes over the last commit"
    git.change(folder, "commit", "--quiet", "--message", message, date=date)
    return git.ask(folder, "rev-parse", "HEAD").strip()


def _link_environment(repository: Path, folder: Path) -> None:
    environment = repository / ".venv"
    if environment.exists():
        (folder / ".venv").symlink_to(environment.resolve(), target_is_directory=True)


def _few(paths: list[str], most: int = 5) -> str:
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(paths[:most]) + more
