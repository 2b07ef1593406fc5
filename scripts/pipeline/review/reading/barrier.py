"""
Keeps what a revision computes from reaching outside, should `allowed` have overlooked a way there.

A pull request's revision is a stranger's code, and real objects of the standard library and of SQLAlchemy do its
computing. CPython tells an audit hook of everything that leaves the process before it happens; while such an object is
at work, whatever would start a program, write a file, open a connection or unpickle is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

_raised = ContextVar("raised", default=False)
_WAYS_OUT = (
    "os.", "subprocess.", "socket.", "shutil.", "ctypes.dlopen", "pickle.", "ftplib.", "http.", "urllib.",
    "smtplib.", "imaplib.", "poplib.", "webbrowser.", "tempfile.", "mmap.", "fcntl.", "pty.", "signal.", "sqlite3.",
    "code.__new__", "cpython.run", "sys.addaudithook", "sys.settrace", "sys.setprofile", "gc.", "builtins.input",
)  # fmt: skip
# What importing a module of SQLAlchemy's does on its way: it only looks.
_LOOKING = {"os.listdir", "os.scandir", "os.walk"}


class ReachedOutside(Exception):
    """What a revision computes tried to leave the process."""


@contextmanager
def barrier() -> Iterator[None]:
    """Refuse every way out while the block runs, as ReachedOutside."""
    _install()
    token = _raised.set(True)
    try:
        yield
    finally:
        _raised.reset(token)


@cache
def _install() -> None:
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _raised.get():
        return
    if event == "open":
        _, mode, flags = arguments
        if _writes(mode, flags):
            raise ReachedOutside(event)
    elif event.startswith(_WAYS_OUT) and event not in _LOOKING:
        raise ReachedOutside(event)


def _writes(mode: str | None, flags: int) -> bool:
    return any(letter in (mode or "") for letter in "wax+") or bool(flags & 0o3)
