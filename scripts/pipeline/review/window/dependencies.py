"""
Which packages a release runs with: the head's where both ask for the same, else its own where they are locked.

An old release on new packages is nobody's production: what it breaks there, and what it does not, says little.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pipeline.environment import locked_environment

_ASKING = (
    "requirements*.txt", "requirements/*.txt", "pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock",
    "setup.cfg", "setup.py",
)  # fmt: skip
_SHIPPED = ("requirements/app.txt", "requirements/production.txt", "requirements/prod.txt", "requirements.txt")
"""What a release is deployed with: the first that is there, as the others are tools'."""


def differing(head: Path, release: Path) -> tuple[str, ...]:
    """Return the files by which the two folders ask for different packages, by name."""
    names = {path.relative_to(folder).as_posix() for folder in (head, release) for path in _files(folder)}
    shipped = _shipped(release)
    if shipped is not None:  # Beside it, what tools need is no matter of the release.
        names = {name for name in names if not name.startswith("requirements") or name == shipped}
    return tuple(sorted(name for name in names if _asked(head / name) != _asked(release / name)))


def own_python(release: Path) -> Path | None:
    """
    Return a Python with exactly the packages that the release is deployed with; None where they are not locked by hash.

    It is made once for each lock. Raises CouldNotAnswer when they cannot be installed.
    """
    name = _shipped(release)
    if name is None or "--hash=" not in (release / name).read_text(encoding="utf-8", errors="replace"):
        return None
    return locked_environment("release", release / name) / "bin" / "python"


def _files(folder: Path) -> list[Path]:
    return [path for pattern in _ASKING for path in folder.glob(pattern) if path.is_file()]


def _shipped(folder: Path) -> str | None:
    return next((name for name in _SHIPPED if (folder / name).is_file()), None)


def _asked(path: Path) -> Any:
    """What a file asks for; pyproject.toml holds the settings of tools as well, which ask for nothing."""
    if not path.is_file():
        return None
    content = path.read_bytes()
    if path.name != "pyproject.toml":
        return content
    try:
        settings = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return content
    project, poetry = settings.get("project", {}), settings.get("tool", {}).get("poetry", {})
    names = ("dependencies", "optional-dependencies", "requires-python", "dev-dependencies", "group")
    return [one.get(name) for one in (project, poetry) for name in names if one.get(name)]
