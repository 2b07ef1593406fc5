"""
Turns a file's bytes into the text and the syntax tree that Python would make of them, or into why it would not.

Files of foreign projects come with byte order marks, in Latin-1 with a coding line, in Python 2, or with null bytes.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings

# How Python 3 complains of `print x`, `except A, e` and `0777`.
_OF_PYTHON_2 = ("Missing parentheses", "multiple exception types", "leading zeros")


class NotPython(Exception):
    """What Python would refuse, with the line and Python's words."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


def decode(content: bytes) -> str:
    """The text of a Python file, its lines ended by newlines alone. Raises NotPython."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        line = content.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise NotPython(line, f"The file is not text in the encoding it claims: {error}.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str, name: str = "<revision>") -> ast.Module:
    """The syntax tree of `text`. Raises NotPython."""
    try:
        with warnings.catch_warnings():
            # An invalid escape is for the project's linters to say, and would be printed once per run here.
            warnings.simplefilter("ignore")
            return ast.parse(text, filename=name)
    except SyntaxError as error:
        raise NotPython(error.lineno or 1, _words_of(error)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotPython(1, f"Python cannot read the file: {error or type(error).__name__}.") from error


def _words_of(error: SyntaxError) -> str:
    python_2 = any(words in error.msg for words in _OF_PYTHON_2)
    hint = " It is written in Python 2, so no Alembic of today loads this directory." if python_2 else ""
    return f"The file is not Python 3: {error.msg}.{hint}"
