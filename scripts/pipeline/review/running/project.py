"""
How a reviewed project is run: its Python, its folder, its settings, and whether it is a Flask app.

Nothing is asked of the project but what Alembic asks: an env.py that connects where it is told. Where it is told is
`sqlalchemy.url`, for Alembic's own template, and the variables that deployments commonly use, for the others.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.review.layout import Layout

# What projects call the database's URL in the environment.
_VARIABLES = (
    "DATABASE_URL", "DATABASE_URI", "DB_URL", "DB_URI", "SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URL",
    "SQLALCHEMY_URL", "ALEMBIC_URL", "POSTGRES_URL",
)  # fmt: skip
_APPS = ("wsgi", "app", "run", "manage", "main", "application")
"""Where Flask apps are found; Flask itself looks for the first two."""


@dataclass(frozen=True)
class Project:
    """What is needed to run the revisions of `layout`."""

    layout: Layout
    root: Path
    python: Path
    ini: Path | None
    flask: str | None
    """What `flask --app` is given, for an env.py that wants a Flask app."""


def find_project(layout: Layout, python: Path | None = None) -> Project:
    """Return how to run the project that `layout` belongs to; `python` is its interpreter, by default ours."""
    directory = layout.directory.absolute()
    env = directory / "env.py"
    flask = (
        env.is_file() and re.search(r"\bcurrent_app\b", env.read_text(encoding="utf-8", errors="replace")) is not None
    )
    root = _root(directory, flask=flask)
    places = (directory, *directory.parents[:3])
    inis = [folder / "alembic.ini" for folder in places if (folder / "alembic.ini").is_file()]
    app = (os.environ.get("FLASK_APP") or _app(root)) if flask else None
    return Project(layout, root, (python or Path(sys.executable)).absolute(), inis[0] if inis else None, app)


def environment(url: str) -> dict[str, str]:
    """Return the environment in which a project connects to `url`, whichever variable it reads."""
    return {**os.environ, **dict.fromkeys(_VARIABLES, url), "PYTHONDONTWRITEBYTECODE": "1"}


def _root(directory: Path, *, flask: bool) -> Path:
    """The folder whose modules env.py imports: where the settings are, or the app, else the one above."""
    for folder in directory.parents[:3]:
        if (folder / "alembic.ini").is_file() or (flask and _app(folder)):
            return folder
    return directory.parent


def _app(root: Path) -> str | None:
    for name in _APPS:
        if (root / f"{name}.py").is_file() or (root / name / "__init__.py").is_file():
            return name
    return None
