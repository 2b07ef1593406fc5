"""
How a reviewed project is run: its Python, its folder, its settings, and whether it is a Flask app.

Nothing is asked of the project but what Alembic asks: an env.py that connects where it is told. Where it is told is
`sqlalchemy.url`, for Alembic's own template, and the variables that it or deployments commonly use, for the others.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.review.layout import Layout
from pipeline.review.running.variables import USUAL, variables_of, x_arguments_of

_CONNECTS = re.compile(r"engine|\.connect\s*\(|\bsessionmaker\b", re.IGNORECASE)
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
    variables: Mapping[str, str] = field(default_factory=lambda: USUAL)
    """Where in the environment it looks for its database, and for which part of the URL."""
    x_arguments: tuple[str, ...] = ()
    """What env.py wants to be told the URL by with `alembic -x`."""
    shares_connection: bool = False
    """Whether env.py has no way of its own to connect: it takes what is in `config.attributes["connection"]`."""

    @property
    def imports(self) -> tuple[str, ...]:
        """
        Where its modules are, most important first. A folder that is a package is no such place: what lies in it would
        hide packages of the same name (a module `logging` or `traitlets` of its own), so it comes last.
        """
        outside = self.root
        while (outside / "__init__.py").is_file() and outside != outside.parent:
            outside = outside.parent
        return (str(outside),) if outside == self.root else (str(outside), str(self.root))


def find_project(layout: Layout, python: Path | None = None, variables: Iterable[str] = ()) -> Project:
    """
    Return how to run the project that `layout` belongs to.

    `python` is its interpreter, by default ours; `variables` are more of those in which it looks for a URL.
    """
    directory = layout.directory.absolute()
    env = directory / "env.py"
    text = env.read_text(encoding="utf-8", errors="replace") if env.is_file() else ""
    flask = re.search(r"\bcurrent_app\b", text) is not None
    root = _root(directory, flask=flask)
    places = (directory, *directory.parents[:3])
    inis = [folder / "alembic.ini" for folder in places if (folder / "alembic.ini").is_file()]
    app = (os.environ.get("FLASK_APP") or _app(root)) if flask else None
    return Project(
        layout, root, (python or Path(sys.executable)).absolute(), inis[0] if inis else None, app,
        variables_of(env, _roots(root), variables), tuple(x_arguments_of(env)),
        shares_connection=bool(text) and not flask and _CONNECTS.search(text) is None,
    )  # fmt: skip


def _roots(root: Path) -> Iterable[Path]:
    """The folders below which what env.py imports may be."""
    return (root, root / "src", *root.parents[:4])


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
