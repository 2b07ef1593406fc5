"""Why a project could not be started, and what whoever asked can do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.review.running.project import Project

_READ_ONLY = "or leave out --database-url and the phases live and window: its revisions are read then, not run."
_VARIABLE = re.compile(r"KeyError: '([A-Z][A-Z0-9_]*)'$")
_MISSING_DRIVER = {"psycopg2": "psycopg2-binary", "psycopg": "'psycopg[binary]'", "MySQLdb": "psycopg2-binary"}


def does_not_start(project: Project, failure: Mapping[str, Any]) -> str:
    """Say it of `project`: `failure` has its words, and what was missing or where it connects to, as far as known."""
    if failure.get("elsewhere"):
        return (
            f"The project connects to {failure['elsewhere']}, and not to the database that it is given: nothing was "
            f"run there. It is given as sqlalchemy.url{_by_x(project)} and in variables such as DATABASE_URL: name the "
            f"one that it reads with --variable, {_READ_ONLY}"
        )
    words = str(failure["words"]).rstrip(".")
    where = f"in {project.root} with {project.python}"
    return f"The project does not start {where}: {words}. {_remedy(words, failure)}; {_READ_ONLY}"


def has_no_env(project: Project) -> str:
    return (
        f"{project.layout.directory} has no env.py, which is what runs revisions: give --directory a folder with one, "
        f"{_READ_ONLY}"
    )


def _by_x(project: Project) -> str:
    return "".join(f", as -x {name}=…" for name in project.x_arguments)


def _remedy(words: str, failure: Mapping[str, Any]) -> str:
    missing = str(failure.get("missing") or "").partition(".")[0]
    if missing in {"alembic", "sqlalchemy"}:
        return "It is an interpreter without the project: name the one that has it with --python"
    if missing:
        return f"Install {_MISSING_DRIVER.get(missing, missing)} there, or name the Python that has it with --python"
    if variable := _VARIABLE.search(words):
        name = variable.group(1)
        return f"Set the environment variable {name}, or name it with --variable where it holds the database's URL"
    return "Give it what it needs to run beside Alembic: its packages, its settings, the variables that it reads"
