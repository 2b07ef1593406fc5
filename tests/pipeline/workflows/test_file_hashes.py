"""
hashFiles() gives the hash GitHub gives.

The expected lists of files were found by @actions/glob 0.4 in a folder like this one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.workflows.expressions import ExpressionError
from pipeline.workflows.file_hashes import hash_files


@pytest.fixture
def workspace(workspace: Path) -> Path:
    for name in ("Z.lock", "a-x.lock", "a.txt", "a/b.lock", "a/b/c.lock", ".hid/x.lock", "b1.txt", "b2.txt"):
        file = workspace / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (workspace / "[x]").write_text("[x]")
    (workspace / "loop").symlink_to(workspace / "a")
    return workspace


def hash_of(workspace: Path, names: list[str]) -> str:
    digests = b"".join(hashlib.sha256((workspace / name).read_bytes()).digest() for name in names)
    return hashlib.sha256(digests).hexdigest()


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["a.txt"], ["a.txt"]),
        (["./a.txt"], ["a.txt"]),
        (["*.lock"], ["Z.lock", "a-x.lock"]),
        (["**/*.lock"], [".hid/x.lock", "Z.lock", "a/b/c.lock", "a/b.lock", "a-x.lock"]),
        (["a"], ["a/b/c.lock", "a/b.lock"]),
        (["a/**"], ["a/b/c.lock", "a/b.lock"]),
        (["**/b"], ["a/b/c.lock"]),
        (["*/**/c.lock"], ["a/b/c.lock"]),
        (["b?.txt"], ["b1.txt", "b2.txt"]),
        (["b[!1].txt"], ["b2.txt"]),
        (["[[]x]"], ["[x]"]),
        ([r"\[x\]"], ["[x]"]),
        (["# a comment\na.txt\n"], ["a.txt"]),
        (["b*.txt", "!b1.txt"], ["b2.txt"]),
        (["b*.txt", "!b*", "b1.txt"], ["b1.txt"]),
        (["b2.txt", "a.txt", "b1.txt"], ["b2.txt", "a.txt", "b1.txt"]),
        (["b2.txt", "*.txt"], ["a.txt", "b1.txt", "b2.txt"]),
        (["--follow-symbolic-links", "loop/*.lock"], ["loop/b.lock"]),
    ],
)
def test_the_files_that_fit_are_hashed_in_githubs_order(workspace: Path, patterns: list[str], names: list[str]) -> None:
    assert hash_files(workspace, patterns) == hash_of(workspace, names)


@pytest.mark.parametrize("patterns", [["absent"], ["A.txt"], ["!a.txt"], ["loop/**"], ["*.{txt,lock}"]])
def test_no_file_gives_no_hash(workspace: Path, patterns: list[str]) -> None:
    assert hash_files(workspace, patterns) == ""


@pytest.mark.parametrize(("pattern", "message"), [("../secret", "does not take '..'"), ("# x", "needs a pattern")])
def test_a_pattern_github_refuses_is_refused(workspace: Path, pattern: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        hash_files(workspace, [pattern])
