"""The lines of the revision that a finding is about, so that nobody has to open the file to know what is meant."""

from __future__ import annotations

import ast
import tokenize
import warnings
from functools import lru_cache
from pathlib import Path

_LONGEST = 6


def excerpt(file: Path, line: int) -> list[tuple[int, str]]:
    """
    Number and text of the lines from `line` to the end of its statement, six at most.

    Empty when there is no such line: what the history says is often about a file that is gone.
    """
    lines, statements = _read(file, *_version(file))
    if not 1 <= line <= len(lines):
        return []
    last = min(_end_of_statement(statements, line), line + _LONGEST - 1, len(lines))
    return [(number, lines[number - 1]) for number in range(line, last + 1)]


def _version(file: Path) -> tuple[int, int]:
    """What changes with the file's content: a fix may rewrite it between two reports of one process."""
    try:
        status = file.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _read(file: Path, *_version: int) -> tuple[list[str], list[tuple[int, int]]]:
    """The file's lines, and the first and last line of each simple statement in it."""
    # Not str.splitlines: it ends lines at a form feed and at U+2028, where Python's own line numbers go on.
    try:
        with tokenize.open(file) as opened:
            text = opened.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return [], []  # The report says by itself that such a file could not be analysed.
    return text.split("\n"), _statements(text)


def _statements(text: str) -> list[tuple[int, int]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # A stray backslash in somebody's string is no concern of a report.
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
    ]


def _end_of_statement(statements: list[tuple[int, int]], line: int) -> int:
    """Where the simple statement ends that `line` is in; a compound one (`def`, `with`) is known by its first line."""
    return min((end for start, end in statements if start <= line <= end), default=line)
