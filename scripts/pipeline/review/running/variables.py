"""
The variables in which a project looks for its database: the usual ones, and those that its own text names.

A project is read for them, not asked: whoever imports its settings has started it, and it may want the variable then.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

# What projects call the database's URL in the environment. OS_… is what oslo.config makes of [database] connection.
_URLS = (
    "DATABASE_URL", "DATABASE_URI", "DB_URL", "DB_URI", "SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URL",
    "SQLALCHEMY_URL", "ALEMBIC_URL", "POSTGRES_URL", "OS_DATABASE__CONNECTION", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
)  # fmt: skip
_PARTS = {
    "HOST": "host", "HOSTNAME": "host", "SERVER": "host", "PORT": "port", "USER": "username", "USERNAME": "username",
    "PASSWORD": "password", "PASS": "password", "NAME": "database", "DB": "database", "DATABASE": "database",
}  # fmt: skip
_LIBPQ = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "username", "PGPASSWORD": "password", "PGDATABASE": "database"}
_PREFIXES = ("DB", "DATABASE", "POSTGRES", "POSTGRESQL")
USUAL: Mapping[str, str] = {
    **dict.fromkeys(_URLS, "url"),
    **_LIBPQ,
    **{f"{prefix}_{name}": part for prefix in _PREFIXES for name, part in _PARTS.items()},
}
"""Variables, and which part of a URL each wants."""

_READ = re.compile(r"""(?:\benviron(?:\.get\s*\(|\s*\[)|\bgetenv\s*\(|\benv(?:\.\w+)?\s*\()\s*["']([A-Za-z]\w*)["']""")
_ABOUT_A_DATABASE = re.compile(r"DATABASE|DB|SQL|POSTGRES|PG|ALEMBIC", re.IGNORECASE)
_A_URL = re.compile(r"(?:URL|URI|DSN|CONN|CONNECTION|CONNECTION_STRING)$", re.IGNORECASE)
_A_PART = re.compile(rf"_({'|'.join(_PARTS)})$", re.IGNORECASE)
_IMPORTED = re.compile(r"^\s*(?:from\s+([\w.]+)\s+import|import\s+([\w.]+))", re.MULTILINE)
_MOST_FILES = 60
_X_ARGUMENT = re.compile(r"\bget_x_argument\b")
_X_NAME = re.compile(r"""(?:\.get\s*\(|\[)\s*["'](\w+)["']|["'](\w+)["']\s+in\b""")
_MEANS_A_URL = re.compile(r"url|uri|dsn|conn|database|^db$", re.IGNORECASE)


def variables_of(env: Path, roots: Iterable[Path], named: Iterable[str] = ()) -> dict[str, str]:
    """Return the usual variables, those that `env` and what it imports below `roots` read, and those `named`."""
    found = dict(USUAL)
    for text in _texts(env, tuple(roots)):
        for name in _READ.findall(text):
            if name not in found and _ABOUT_A_DATABASE.search(name):
                part = _part_of(name)
                found |= {name: part} if part else {}
    return found | dict.fromkeys(named, "url")


def x_arguments_of(env: Path) -> list[str]:
    """Return what env.py asks `alembic -x` for a URL by; it is told the others that it asks for by nobody."""
    text = _text(env)
    if not _X_ARGUMENT.search(text):
        return []
    names = dict.fromkeys(first or second for first, second in _X_NAME.findall(text))
    return [name for name in names if _MEANS_A_URL.search(name) and not name.startswith("sqlalchemy")]


def values(variables: Mapping[str, str], url: str) -> dict[str, str]:
    """Return each variable with its part of `url`, as far as that has it."""
    made = make_url(url)
    given = {part: url if part == "url" else getattr(made, part) for part in variables.values()}
    return {name: str(given[part]) for name, part in variables.items() if given[part] is not None}


def environment(url: str, variables: Mapping[str, str] = USUAL) -> dict[str, str]:
    """Return the environment in which a project connects to `url`, whichever variable it reads."""
    return {**os.environ, **values(variables, url), "PYTHONDONTWRITEBYTECODE": "1"}


def _part_of(name: str) -> str | None:
    if _A_URL.search(name):
        return "url"
    part = _A_PART.search(name)
    return _PARTS[part.group(1).upper()] if part else None


def _texts(env: Path, roots: tuple[Path, ...]) -> Iterator[str]:
    """The text of `env`, and of the modules that it leads to, nearest first."""
    waiting, seen = [env], {env}
    while waiting and len(seen) <= _MOST_FILES:
        text = _text(waiting.pop(0))
        yield text
        for first, second in _IMPORTED.findall(text):
            for file in _files_of(first or second, roots):
                if file not in seen:
                    seen.add(file)
                    waiting.append(file)


def _files_of(module: str, roots: tuple[Path, ...]) -> Iterator[Path]:
    for root in roots:
        place = root.joinpath(*module.split("."))
        named = (place.with_suffix(".py"), place / "__init__.py", place / "settings.py", place / "config.py")
        yield from (file for file in named if file.is_file())


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
