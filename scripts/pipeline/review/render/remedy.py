"""Tells the code in a remedy from the sentence before it, as code is pasted and a sentence is read."""

from __future__ import annotations

import ast
import textwrap
import warnings
from dataclasses import dataclass

_LONGEST = 200
_LONGEST_CODE = 80
_DOES_SOMETHING = (ast.Call, ast.Assign, ast.FunctionDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Remedy:
    """Either part may be empty."""

    sentence: str
    code: str


def parts(remedy: str) -> Remedy:
    """Split at the first line from which on everything is Python."""
    lines = remedy.strip("\n").rstrip().split("\n")
    if len(lines) <= _LONGEST:
        for start in range(len(lines)):
            code = textwrap.dedent("\n".join(lines[start:])).strip("\n")
            if _is_code(code):
                return Remedy("\n".join(lines[:start]).strip(), code)
    return Remedy(textwrap.dedent("\n".join(lines)).strip(), "")


@dataclass(frozen=True)
class Block:
    """A stretch of a remedy: sentences to read, or code to paste."""

    text: str
    is_code: bool


def blocks(remedy: str) -> list[Block]:
    """
    Tell sentences and code apart, in their order: "in this revision", code, "and in the next one", code.

    Code is what is Python, and what is indented below a sentence, be it SQL or a command.
    """
    lines = remedy.strip("\n").rstrip().split("\n")
    if len(lines) > _LONGEST:
        return [Block(textwrap.dedent("\n".join(lines)).strip(), is_code=False)]
    found: list[tuple[bool, list[str]]] = []
    at = 0
    while at < len(lines):
        end = _end_of_code(lines, at)
        if not found or found[-1][0] != (end > at):
            found.append((end > at, []))
        last = max(end, at + 1)
        found[-1][1].extend(lines[at:last])
        at = last
    made = [Block(_left(part, is_code), is_code) for is_code, part in found]
    return [block for block in made if block.text]


def _left(lines: list[str], is_code: bool) -> str:
    text = textwrap.dedent("\n".join(lines)).strip("\n").rstrip()
    return text if is_code else "\n".join(line.strip() for line in text.split("\n")).strip()


def _end_of_code(lines: list[str], start: int) -> int:
    """Where the code ends that begins at the line `start`, which is `start` itself where none does."""
    for end in range(min(len(lines), start + _LONGEST_CODE), start, -1):
        if lines[start].strip() and _is_code(textwrap.dedent("\n".join(lines[start:end]))):
            return end
    end = start
    while end < len(lines) and start and lines[end].startswith("    "):
        end += 1
    return end


def _is_code(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    # "Deploy" is a valid program too: what is pasted into a revision calls or assigns something, or is a waiver.
    if not tree.body:
        return text.lstrip().startswith("# review: allow")
    return all(any(isinstance(node, _DOES_SOMETHING) for node in ast.walk(statement)) for statement in tree.body)
