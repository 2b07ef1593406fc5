"""Tells the code in a remedy from the sentence before it, as code is pasted and a sentence is read."""

from __future__ import annotations

import ast
import textwrap
import warnings
from dataclasses import dataclass

_LONGEST = 200
_DOES_SOMETHING = (ast.Call, ast.Assign, ast.FunctionDef)


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


def _is_code(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    # "Deploy" is a valid program too: what is pasted into a revision calls or assigns something.
    return any(isinstance(node, _DOES_SOMETHING) for node in ast.walk(tree))
