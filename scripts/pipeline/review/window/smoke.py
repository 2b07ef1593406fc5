"""A command of the project's own that says whether the release works: its exit code before the upgrade and after it."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass

from sqlalchemy.engine import URL

from pipeline.errors import UsageError
from pipeline.review.running.project import Project
from pipeline.review.running.variables import environment

_SECONDS = 120.0
_LONGEST = 300


@dataclass(frozen=True)
class Smoked:
    """How the command ended: its exit code (None where it was not run to its end) and its last line."""

    code: int | None
    words: str


def smoke(project: Project, command: str, url: URL, seconds: float = _SECONDS) -> Smoked:
    """
    Run `command` in the release's folder with its Python first on the path and DATABASE_URL set; no shell reads it.

    Raises UsageError for a command that cannot be split into words.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--smoke {command!r} cannot be split into words ({error}): quote it for a shell.") from error
    if not words:
        raise UsageError("--smoke is empty: give a command of the project, which exits with 0 where the release works.")
    settings = environment(url.render_as_string(hide_password=False), project.variables)
    settings["PATH"] = os.pathsep.join([str(project.python.parent), settings.get("PATH", os.defpath)])
    try:
        done = subprocess.run(
            words, cwd=project.root, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", check=False, timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Smoked(None, f"it did not end within {seconds:.0f} s")
    except OSError as error:
        return Smoked(None, f"{words[0]} cannot be run in the release: {error.strerror}")
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return Smoked(done.returncode, (said[-1] if said else "it said nothing")[:_LONGEST])
