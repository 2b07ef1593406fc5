"""
The code of another commit beside ours: a checkout in a folder of its own, with the packages that it asks for.

The repository is left as it is: the checkout borrows its objects, and is no worktree that git would remember.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline import git
from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.keeper import Keeper
from pipeline.rehearsal.checkout import export
from pipeline.review.layout import Layout, find_layout
from pipeline.review.running.project import Project, find_project
from pipeline.review.window.dependencies import differing, own_python


@dataclass(frozen=True)
class Release:
    """A commit's code, how to run it, and what a reader must know of how it is run, a sentence each."""

    project: Project
    commit: str
    notices: tuple[str, ...] = ()


def release_at(keeper: Keeper, layout: Layout, ref: str, python: Path | None = None) -> Release:
    """
    Check out the commit `ref` into a folder of `keeper`'s, and find the same script directory in it.

    `python` is the interpreter that was named for the project. Without it, and where it is the head's own (a `.venv` in
    its checkout), a release that asks for other packages gets them where they are locked.
    Raises UsageError and CouldNotAnswer.
    """
    head = _root(layout)
    commit = _commit(head, ref)
    folder = keeper.folder("release")
    try:
        export(head, commit, folder)
    except CouldNotAnswer as error:
        raise CouldNotAnswer(
            f"The release {ref} cannot be checked out: {error} If this is a partial clone, `git fetch --refetch "
            "--no-filter` brings its files."
        ) from error
    directory = folder / layout.directory.resolve().relative_to(head)
    if not directory.is_dir():
        raise CouldNotAnswer(
            f"The release {ref} ({commit[:12]}) has no {layout.directory.resolve().relative_to(head)}: it is older "
            "than the migrations, or they were moved. Name a release that has them in the same place."
        )
    found = find_layout(directory)
    chosen, notices = _python(head, folder, python)
    return Release(find_project(found, chosen), commit, notices)


def _python(head: Path, folder: Path, named: Path | None) -> tuple[Path | None, tuple[str, ...]]:
    """The interpreter to run the release with, and what is to be said of its packages."""
    different = differing(head, folder)
    if not different:
        return named, ()
    files = ", ".join(different)
    is_the_heads = named is not None and named.absolute().is_relative_to(head)
    if named is not None and not is_the_heads:
        said = f"The release runs with the packages of {named}, although it asks for others ({files} differ)."
        return named, (said,)
    link = folder / ".venv"
    if (own := own_python(folder)) is not None:
        link.unlink(missing_ok=True)  # The head's packages.
        return own, (f"The release runs with its own packages, as {files} differ.",)
    said = f"The release runs with the head's packages, although it asks for others ({files} differ)."
    return named, (f"{said} They are not locked with hashes: name an interpreter that has them with --python.",)


def _root(layout: Layout) -> Path:
    if not git.holds(layout.directory, "rev-parse", "--show-toplevel"):
        raise UsageError(f"{layout.directory} is in no git repository: there is no release to compare with.")
    return Path(git.ask(layout.directory, "rev-parse", "--show-toplevel").rstrip("\n")).resolve()


def _commit(root: Path, ref: str) -> str:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if git.holds(root, *words):
        return git.ask(root, *words).splitlines()[-1].strip()
    fetch = f"`git fetch origin {ref}`"
    if git.ask(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        fetch += ", or `git fetch --unshallow`, as this clone is shallow (in a workflow, `fetch-depth: 0`)"
    raise UsageError(f"The release {ref} is no commit that git knows in {root}: {fetch}; and is it spelt right?")
