"""
What an alembic.ini, or pyproject.toml, says about where revisions are. Alembic would import env.py to learn more.

Paths in it are relative to the folder in which `alembic` is typed, which is the file's own in every project that has
been seen; `package:folder` is looked up as folders, because finding a package means importing it.
"""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SEPARATORS = {"space": r" +", "newline": r"\n", "os": re.escape(os.pathsep), ":": ":", ";": ";"}
_LEGACY_SEPARATOR = r", *|\s+"


class UnreadableSettings(Exception):
    """A settings file that is no ini or no TOML, or refers to what is not in it."""


@dataclass(frozen=True)
class Section:
    """One `[alembic]` of a settings file: what it says of places, as text."""

    file: Path
    name: str
    values: Mapping[str, str]

    @property
    def script_location(self) -> Path | None:
        """The script directory; None when the section leaves it to the command, as Flask-Migrate does."""
        named = self.values.get("script_location", "").strip()
        return self._place(named) if named else None

    @property
    def version_locations(self) -> tuple[Path, ...]:
        text = self.values.get("version_locations", "").strip()
        separator = self.values.get("path_separator") or self.values.get("version_path_separator") or ""
        parts = re.split(_SEPARATORS.get(separator.strip(), _LEGACY_SEPARATOR), text)
        return tuple(self._place(part.strip()) for part in parts if part.strip())

    @property
    def recursive(self) -> bool:
        return self.values.get("recursive_version_locations", "").strip().lower() == "true"

    def _place(self, named: str) -> Path:
        """The first place that exists of those that `named` can mean, else where it would be."""
        here = self.file.parent
        package, colon, below = named.partition(":")
        relative = Path(*package.split("."), *below.split(":")) if colon and not Path(named).is_absolute() else named
        roots = [here, *(here / root for root in self._python_roots()), here / "src", Path.cwd()]
        places = [root / relative for root in roots]
        return next((place for place in places if place.is_dir()), places[0])

    def _python_roots(self) -> Iterator[str]:
        return (part for part in re.split(r"[,:; \n]+", self.values.get("prepend_sys_path", "")) if part)


def sections(file: Path) -> list[Section]:
    """
    Return every Alembic section of `file`, the one named `alembic` first; none if the file is not there.

    Raises UnreadableSettings.
    """
    if not file.is_file():
        return []
    try:
        return _from_toml(file) if file.suffix == ".toml" else _from_ini(file)
    except (configparser.Error, tomllib.TOMLDecodeError, OSError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise UnreadableSettings(" ".join(str(error).split())) from error


_NAMES = (
    "script_location", "version_locations", "path_separator", "version_path_separator", "recursive_version_locations",
    "prepend_sys_path",
)  # fmt: skip


def _from_ini(file: Path) -> list[Section]:
    parser = configparser.ConfigParser(defaults={"here": str(file.absolute().parent).replace("%", "%%")})
    parser.read_string(file.read_text(encoding="utf-8-sig"), source=str(file))
    names = [name for name in parser.sections() if name == "alembic" or parser.has_option(name, "script_location")]
    return [
        Section(file, name, {key: parser.get(name, key) for key in _NAMES if parser.has_option(name, key)})
        for name in sorted(names, key=lambda name: (name != "alembic", name))
    ]


def _from_toml(file: Path) -> list[Section]:
    found = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("tool", {}).get("alembic")
    if found is None:
        return []
    here = {"here": file.absolute().parent.as_posix()}
    values = {"path_separator": "newline"}
    for key in _NAMES:
        if key in found:
            value = found[key]
            parts = value if isinstance(value, list) else [str(value).lower() if isinstance(value, bool) else value]
            values[key] = "\n".join(part % here for part in parts)
    return [Section(file, "alembic", values)]
