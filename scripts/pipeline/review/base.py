"""
The same script directory at another commit, read from git's objects: what was merged before this branch.

Only plumbing that reads objects is used (rev-parse, merge-base, ls-tree, cat-file): it runs no hook, filter or diff
program that a foreign repository's configuration could name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.git import ask, blobs, holds
from pipeline.review.directory import NotARevision, parse_revision, place_by_words
from pipeline.review.graph import Graph
from pipeline.review.head_file import NAME, HeadFile
from pipeline.review.history import Base
from pipeline.review.layout import Layout, shown
from pipeline.review.revision import Revision
from pipeline.review.source_text import NotPython, decode

_BLOB = "100"
"""How the mode of a file begins; links and submodules begin otherwise."""


def read_base(layout: Layout, ref: str, present: Iterable[Revision]) -> Base:
    """
    Return what `layout`'s folders held where the working tree's branch left `ref`, and what `ref` has got since.

    `present` are the revisions of today, by which files that were moved are found. Raises UsageError and
    CouldNotAnswer.
    """
    repository = _Repository(_root(layout.directory), layout)
    tip = _commit(repository.root, ref)
    fork = _merge_base(repository.root, ref, tip)
    then = repository.revisions(fork)
    known = {revision.id for revision in then}
    then += repository.moved(fork, [revision for revision in present if revision.id not in known])
    now = then if tip == fork else repository.revisions(tip)
    texts = {revision.id: (revision.file, revision.text) for revision in reversed(then)}
    return Base(
        commit=fork,
        texts=texts,
        heads=tuple(head.id for head in Graph(now).heads),
        ref=ref,
        revisions=tuple(then),
        newer=tuple(revision for revision in now if revision.id not in texts),
        head_file=repository.head_file(fork),
        unchanged=frozenset(repository.unchanged(fork)),
    )


def default_base(layout: Layout) -> str | None:
    """The main branch as this clone knows it, for whoever did not say; None when there is none."""
    try:
        root = _root(layout.directory)
    except UsageError:
        return None
    names = ("origin/HEAD", "origin/main", "main", "origin/master", "master")
    return next((name for name in names if holds(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")), None)


@dataclass(frozen=True)
class _Repository:
    root: Path
    layout: Layout

    def revisions(self, commit: str) -> list[Revision]:
        return list(self._parsed(self._python_files(commit)))

    def unchanged(self, commit: str) -> Iterator[Path]:
        named = self._python_files(commit)
        contents = _contents(self.root, sorted({blob for _, blob in named}))
        for path, blob in named:
            file = self.root / path
            if file.is_file() and file.read_bytes() == contents[blob]:
                yield shown(file)

    def _python_files(self, commit: str) -> list[tuple[Path, str]]:
        folders = [self._inside(folder) for folder in self.layout.versions]
        return [
            (path, blob)
            for path, blob in self._tree(commit, *folders)
            if path.suffix == ".py" and (self.layout.recursive or path.parent in folders)
        ]

    def moved(self, commit: str, revisions: list[Revision]) -> list[Revision]:
        """Those of `revisions` that were elsewhere at `commit`, under the same name, and are there no longer."""
        wanted = {revision.file.name: revision.id for revision in revisions}
        if not wanted:
            return []
        named = [
            (path, blob) for path, blob in self._tree(commit) if path.name in wanted and not (self.root / path).exists()
        ]
        return [found for found in self._parsed(named) if found.id == wanted[found.file.name]]

    def head_file(self, commit: str) -> HeadFile | None:
        path = self._inside(self.layout.directory) / NAME
        for name, blob in self._tree(commit, path):
            text = _contents(self.root, [blob])[blob].decode(errors="replace")
            return HeadFile(shown(self.root / name), text)
        return None

    def _parsed(self, named: list[tuple[Path, str]]) -> Iterator[Revision]:
        contents = _contents(self.root, sorted({blob for _, blob in named}))
        for path, blob in named:
            file = shown(self.root / path)
            try:
                yield parse_revision(file, decode(contents[blob]))
            except NotPython:
                yield from place_by_words(file, contents[blob])
            except NotARevision:
                continue

    def _tree(self, commit: str, *folders: Path) -> Iterator[tuple[Path, str]]:
        # The repository's root itself is no path that ls-tree knows.
        paths = () if Path() in folders else tuple(map(str, folders))
        words = ("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
        for entry in ask(self.root, *words).split("\0"):
            described, _, path = entry.partition("\t")
            if described.startswith(_BLOB):
                yield Path(path), described.split()[2]

    def _inside(self, folder: Path) -> Path:
        resolved = folder.resolve()
        if not resolved.is_relative_to(self.root):
            raise UsageError(
                f"{folder} is outside of the repository {self.root}: --since cannot compare it. Use --all."
            )
        return resolved.relative_to(self.root)


def _root(directory: Path) -> Path:
    if not holds(directory, "rev-parse", "--show-toplevel"):
        raise UsageError(f"{directory} is in no git repository: --since has nothing to compare with. Use --all.")
    return Path(ask(directory, "rev-parse", "--show-toplevel").rstrip("\n")).resolve()


def _commit(root: Path, ref: str) -> str:
    if ref.startswith("-") or not ref.strip():
        raise UsageError(f"--since {ref!r} is no commit: give a branch, a tag or a commit.")
    words = ("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if not holds(root, *words):
        raise UsageError(
            f"--since {ref}: git knows no such commit in {root}. Is it fetched (`git fetch origin`; in a workflow, "
            "`fetch-depth: 0` at the checkout) and spelt right?"
        )
    return ask(root, *words).strip()


def _merge_base(root: Path, ref: str, tip: str) -> str:
    if not holds(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        raise CouldNotAnswer(f"{root} has no commit yet: there is nothing to compare with {ref}. Use --all.")
    if holds(root, "merge-base", tip, "HEAD"):
        return ask(root, "merge-base", tip, "HEAD").strip()
    if ask(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise CouldNotAnswer(
            f"This clone is too shallow to hold the commit where the branch left {ref}: `git fetch --unshallow` (in a "
            "workflow, `fetch-depth: 0` at the checkout), then run this again."
        )
    raise CouldNotAnswer(
        f"{ref} and the checked-out commit have no commit in common: name the branch this one began on with --since."
    )


def _contents(root: Path, names: list[str]) -> dict[str, bytes]:
    try:
        return blobs(root, names)
    except ValueError as error:
        raise CouldNotAnswer(f"Git cannot read all files of {root} at another commit: `git fetch origin`.") from error
