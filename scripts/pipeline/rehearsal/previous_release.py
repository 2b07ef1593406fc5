"""
A deploy changes what is there; without a previous release there is nothing to change and nothing to undo.

History holds one: the newest ancestor whose schema head is another. Its revisions are read out of git's
trees, because importing a revision runs it, and checking out a hundred commits takes minutes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import git
from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.rehearsal.checkout import Checkout

VERSIONS = "migrations/versions/"
# What our bootstrap needs of a release.
_NEEDED = ("run.py", "zappa_settings.json", "requirements/app.txt", "migrations/env.py")


@dataclass(frozen=True)
class PreviousRelease:
    """The commit to deploy first; `head` is its schema's, `notice` what a person should know about it."""

    commit: str
    head: str
    notice: str | None = None


class Unreadable(CouldNotAnswer):
    """A revision's identifiers cannot be told without running it."""


def find(repository: Path, commit: str) -> PreviousRelease | None:
    """
    Return the newest deployable ancestor of `commit` with another schema head, or None.

    The first parents come first, as they are what a main branch served; what was merged comes after them.
    """
    now = _head(repository, commit)
    for line in (["--first-parent"], []):
        for candidate in _before_each_change(repository, commit, line):
            then = _head(repository, candidate)
            if then and then != now and not _missing(repository, candidate):
                return PreviousRelease(candidate, then)
    return None


def chosen(original: Path, now: Checkout, ref: str) -> PreviousRelease:
    """
    Return what `ref` names in the `original` repository, as the release to deploy before `now`.

    Raises UsageError when it names no commit, no ancestor of `now`, or one that cannot be deployed.
    """
    if not git.holds(original, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"):
        raise UsageError(f"--from {ref}: there is no such commit here; `git log --oneline` lists some.")
    named = git.ask(original, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}").strip()
    if not git.holds(now.folder, "merge-base", "--is-ancestor", named, now.commit):
        raise UsageError(
            f"--from {ref}: {named[:12]} is no ancestor of {now.commit[:12]}, and a deploy that would take a "
            "release away is refused by the guard: rebase onto it, or choose an ancestor."
        )
    if missing := _missing(now.folder, named):
        raise UsageError(f"--from {ref}: {named[:12]} cannot be deployed, it has no {', '.join(missing)}.")
    then = _head(now.folder, named)
    if not then:
        raise UsageError(f"--from {ref}: {named[:12]} has no revisions, or several heads; a release has one.")
    same = then == _head(now.folder, now.commit)
    notice = f"{named[:12]} has the same schema head: no revision will be applied." if same else None
    return PreviousRelease(named, then, notice)


def heads(repository: Path, commit: str) -> frozenset[str]:
    """
    Return the revisions of `commit` that no other one follows; no revision, no head.

    Raises Unreadable naming the file.
    """
    listed = git.ask(repository, "ls-tree", "-z", commit, "--", VERSIONS).split("\0")
    entries = [entry.partition("\t") for entry in listed if entry.endswith(".py")]
    files = {path: details.split(" ")[2] for details, _, path in entries}
    sources = git.blobs(repository, list(files.values()))
    known, followed = set(), set()
    for path, blob in files.items():
        revision, below = _identifiers(sources[blob], f"{commit[:12]}:{path}")
        if revision:
            known.add(revision)
        followed |= below
    return frozenset(known - followed)


def _head(repository: Path, commit: str) -> str | None:
    """Return the one head. Unreadable revisions, and several heads, are for the deploy's checks to tell."""
    try:
        found = heads(repository, commit)
    except Unreadable:
        return None
    return next(iter(found)) if len(found) == 1 else None


def _before_each_change(repository: Path, commit: str, line: list[str]) -> Iterator[str]:
    # The revisions are the same from one change to the next, so only the commit before each is of interest.
    for row in git.ask(repository, "log", *line, "--format=%H %P", commit, "--", VERSIONS).splitlines():
        _, *parents = row.split(" ")
        yield from (parent for parent in parents if git.holds(repository, "cat-file", "-e", parent))


def _missing(repository: Path, commit: str) -> list[str]:
    return [path for path in _NEEDED if not git.holds(repository, "cat-file", "-e", f"{commit}:{path}")]


def _identifiers(source: bytes, where: str) -> tuple[str | None, set[str]]:
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise Unreadable(f"{where} is not Python: {error}") from error
    found: dict[str, object] = {}
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        if name in {"revision", "down_revision"}:
            found[name] = _literal(value, where, name)
    revision, below = found.get("revision"), found.get("down_revision")
    several = below if isinstance(below, tuple | list) else (below,)
    return (str(revision) if revision else None), {str(one) for one in several if one}


def _literal(value: ast.expr, where: str, name: str) -> object:
    try:
        return ast.literal_eval(value)
    except ValueError as error:
        raise Unreadable(f"{where}: {name} is computed, so it cannot be read without running it.") from error
