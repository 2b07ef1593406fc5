"""
One exit code per kind of ending, the same for every script, so that a workflow can tell them apart.

0 is fine, 1 found something, 2 was called wrongly, 3 could not answer. A script that dies of a bug
exits 1 in plain Python, which would read as a finding: `run_script` turns that into a 3, and so does
`set_up_first` where the bug is that nothing was installed.
"""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, NoReturn

OLDEST_PYTHON = (3, 11)


class PipelineError(Exception):
    """Ends a script; the message names the thing, then the next step."""

    exit_code: ClassVar[int] = 3


class Found(PipelineError):
    """The question was answered, and the answer is bad."""

    exit_code = 1


class UsageError(PipelineError):
    """The call's words are off."""

    exit_code = 2


class CouldNotAnswer(PipelineError):
    """Something that was needed is missing or broke; nothing was found out."""

    exit_code = 3


@contextmanager
def set_up_first() -> Iterator[None]:
    """Import a script's own modules in here: what they need is there after `make setup`, and in `.venv` alone."""
    try:
        yield
    except (ImportError, SyntaxError) as error:
        name = getattr(error, "name", None) or ""
        if sys.version_info < OLDEST_PYTHON:
            why = "is too old"
        elif isinstance(error, ModuleNotFoundError) and name.partition(".")[0] != "pipeline":
            why = f"has no {name}"
        else:
            why = f"cannot load it ({error})"
        python = f"Python {platform.python_version()} at {sys.executable}"
        print(f"error: {python} {why}: `make setup`, then .venv/bin/python {sys.argv[0]} …", file=sys.stderr)
        sys.exit(CouldNotAnswer.exit_code)


def run_script(main: Callable[[list[str]], int | None]) -> NoReturn:
    """Call `main` with the command line's arguments and exit as it, or its error, says."""
    try:
        code = main(sys.argv[1:]) or 0
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = 130
    except Exception as error:  # noqa: BLE001 - the last line must be readable, whatever broke.
        traceback.print_exc()
        print(f"error: {error!r}. This is a fault of the script, not an answer.", file=sys.stderr)
        code = 3
    sys.exit(code)
