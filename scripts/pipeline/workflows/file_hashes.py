"""
hashFiles(): one SHA-256 over the SHA-256 of each file that matches, in the order GitHub finds them.

Patterns are those of @actions/glob: `**` crosses folders, `!` takes away, the last pattern that fits a file
decides, and a folder stands for all that is in it. The order is that of the patterns' fixed beginnings, and
below each a walk with the entries sorted by their bytes. No match gives empty text.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from pipeline.workflows.expressions import ExpressionError, Value, to_text

_FOLLOW = "--follow-symbolic-links"
_BRACKET = r"\["  # Python warns of a bracket in a set, for it may become a set of sets.


def hash_files(workspace: Path, patterns: Sequence[Value]) -> str:
    """Return 64 hexadecimal digits, or "" if no file below `workspace` fits; raise ExpressionError."""
    words = [line.strip() for pattern in patterns for line in to_text(pattern).splitlines()]
    follow = words[:1] == [_FOLLOW]
    rules = [_Rule(word) for word in words[follow:] if word and not word.startswith("#")]
    if not rules:
        raise ExpressionError("hashFiles() needs a pattern.")
    digests = hashlib.sha256()
    found = False
    for file in _candidates(workspace, rules, follow):
        chosen = False
        for rule in rules:
            if rule.fits(file.relative_to(workspace).as_posix()):
                chosen = not rule.takes_away
        if chosen:
            found = True
            digests.update(hashlib.sha256(file.read_bytes()).digest())
    return digests.hexdigest() if found else ""


class _Rule:
    def __init__(self, pattern: str) -> None:
        bare = pattern.lstrip("!")
        self.takes_away = (len(pattern) - len(bare)) % 2 == 1
        parts = [part for part in bare.strip().split("/") if part not in {"", "."}]
        if ".." in parts:
            raise ExpressionError(f"hashFiles() does not take '..': {pattern}")
        fixed = itertools.takewhile(lambda part: not re.search(r"[*?\[\\]", part), parts)
        self.beginning = PurePosixPath(*fixed)
        folders = "".join("(?:[^/]+/)*" if part == "**" else f"{_part(part)}/" for part in parts)
        # What stands for a folder stands for all in it, so the last slash may be there or not.
        self._pattern = re.compile(f"{folders}.*")

    def fits(self, path: str) -> bool:
        return self._pattern.fullmatch(f"{path}/") is not None


def _part(pattern: str) -> str:
    """Return the expression for one name."""
    return "".join(_piece(piece) for piece in re.findall(r"\\.|\[[^\]]+\]|.", pattern))


def _piece(piece: str) -> str:
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        negated = piece[1] in "!^"
        return f"[{'^' if negated else ''}{piece[1 + negated : -1].replace('[', _BRACKET)}]"
    return re.escape(piece.removeprefix("\\") or piece)


def _candidates(workspace: Path, rules: Sequence[_Rule], follow: bool) -> Iterator[Path]:
    """Yield the files below what each pattern begins with, none twice."""
    beginnings = list(dict.fromkeys(rule.beginning for rule in rules if not rule.takes_away))
    for beginning in beginnings:
        if not any(other in beginning.parents for other in beginnings):
            yield from _files(workspace / beginning, follow)


def _files(path: Path, follow: bool) -> Iterator[Path]:
    if path.is_dir() and (follow or not path.is_symlink()):
        for entry in sorted(path.iterdir(), key=lambda entry: os.fsencode(entry.name)):
            yield from _files(entry, follow)
    elif path.is_file():
        yield path
