"""
hashFiles(): one SHA-256 over the SHA-256 of each file that matches, in the order GitHub finds them.

Patterns are those of @actions/glob: `**` crosses folders, `!` takes away, the last pattern that fits a file
decides, and a folder stands for all that is in it. The order is a walk with each folder's entries sorted by
their bytes. No match gives empty text, and files outside the workspace never match.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.workflows.expressions import ExpressionError, Value, to_text

_FOLLOW = "--follow-symbolic-links"


def hash_files(workspace: Path, patterns: Sequence[Value]) -> str:
    """Return 64 hexadecimal digits, or "" if no file below `workspace` fits; raise ExpressionError."""
    words = [line.strip() for pattern in patterns for line in to_text(pattern).splitlines()]
    follow = words[:1] == [_FOLLOW]
    rules = [_Rule(word) for word in words[follow:] if word and not word.startswith("#")]
    if not rules:
        raise ExpressionError("hashFiles() needs a pattern.")
    digests = hashlib.sha256()
    found = False
    for file in _files(workspace, follow):
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
        self.takes_away = pattern.startswith("!")
        parts = [part for part in pattern.lstrip("!").strip().split("/") if part not in {"", "."}]
        folders = "".join("(?:[^/]+/)*" if part == "**" else f"{_part(part)}/" for part in parts[:-1])
        last = parts[-1] if parts else "**"
        self._pattern = re.compile(folders + (".+" if last == "**" else f"{_part(last)}(?:/.*)?"))

    def fits(self, path: str) -> bool:
        return self._pattern.fullmatch(path) is not None


def _part(pattern: str) -> str:
    """Return the expression for one name; the glob's [!a] is [^a] there."""
    pieces = re.split(r"(\*|\?|\[[^\]]+\])", pattern)
    special = {"*": "[^/]*", "?": "[^/]"}
    return "".join(
        special.get(piece)
        or (f"[{_class(piece)}]" if piece[:1] == "[" and piece[-1:] == "]" else re.escape(piece))
        for piece in pieces
    )


def _class(piece: str) -> str:
    inside = piece[1:-1].replace("\\", r"\\")
    return f"^{inside[1:]}" if inside[0] in "!^" else inside


def _files(folder: Path, follow: bool) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name)):
        if entry.is_dir(follow_symlinks=follow):
            yield from _files(Path(entry.path), follow)
        elif entry.is_file():
            yield Path(entry.path)
