"""
Where a script directory keeps its revisions: what `--directory` may point to, and what it then means.

A project names its script directory in a settings file, and that file may be in the directory (Flask-Migrate), beside
it or above it (`alembic init`). Whoever reviews a foreign project points to whichever of them is seen first.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.review.alembic_ini import Section, UnreadableSettings, sections
from pipeline.review.finding import NotAnalysed
from pipeline.review.source_text import NotPython, decode, parse

_SETTINGS = ("alembic.ini", "pyproject.toml")
_LEVELS_ABOVE = 4
"""How far above a script directory its settings are looked for: src/package/db/migrations is seen, deeper is not."""


@dataclass(frozen=True)
class Layout:
    """A script directory, the folders its revisions are in, and what of its settings could not be read."""

    directory: Path
    versions: tuple[Path, ...]
    recursive: bool = False
    not_analysed: tuple[NotAnalysed, ...] = ()

    def files(self) -> Iterator[Path]:
        """Every Python file in which Alembic would look for a revision, each once, in a stable order."""
        seen: set[Path] = set()
        for file in self._named_like_revisions():
            if file.is_file() and file.resolve() not in seen:
                seen.add(file.resolve())
                yield file

    def no_files(self) -> Iterator[Path]:
        """What has a revision's name and cannot be opened as a file: a link that leads nowhere, or a pipe."""
        return (path for path in self._named_like_revisions() if not path.is_file() and not path.is_dir())

    def _named_like_revisions(self) -> Iterator[Path]:
        for folder in self.versions:
            _must_be_open(folder)
            for path in sorted(folder.rglob("*.py") if self.recursive else folder.glob("*.py")):
                if not path.name.startswith(("__init__", ".#")) and "__pycache__" not in path.parts:
                    yield path


def find_layout(directory: Path) -> Layout:
    """Return what `directory` (script directory, project, settings file, versions folder) leads to. UsageError."""
    directory = shown(directory)
    if directory.is_file():
        return _by_settings(directory)
    if directory.is_dir():
        _must_be_open(directory)
    else:
        raise UsageError(f"There is no folder {directory}: give --directory the folder that holds env.py.")
    if (directory / "env.py").is_file() or (directory / "versions").is_dir():
        return _script_directory(directory)
    if layout := _versions_folder(directory):
        return layout
    named = {file: _places_named_in(file) for file in (directory / name for name in _SETTINGS)}
    inside = [folder for folder in sorted(directory.iterdir()) if (folder / "env.py").is_file()]
    # A place that is not there may be a template's, `{alembic_dir}`, that the project fills in when it runs.
    for file in sorted(named, key=lambda file: not any(place.is_dir() for place in named[file])):
        if any(place.is_dir() for place in named[file]) or (named[file] and len(inside) != 1):
            return _by_settings(file)
    if len(inside) == 1:
        return _script_directory(inside[0])
    raise UsageError(
        f"{directory} is no Alembic script directory: it has no env.py and no versions/, and no alembic.ini that leads "
        f"to one. Give --directory the folder that holds env.py{_one_of(inside or _further_down(directory))}."
    )


def _must_be_open(folder: Path) -> None:
    """Raise CouldNotAnswer for a folder whose files may not be listed: pathlib takes it for an empty one."""
    try:
        if folder.is_dir():
            next(folder.iterdir(), None)
    except OSError as error:
        raise CouldNotAnswer(
            f"{folder} cannot be looked into ({error.strerror}): run this as somebody who may read it."
        ) from error


def shown(path: Path) -> Path:
    """`path` as it can be typed here: relative to the working directory where it is below that."""
    absolute, here = Path(os.path.normpath(path.absolute())), Path.cwd()
    return absolute.relative_to(here) if absolute.is_relative_to(here) else absolute


def _one_of(folders: list[Path]) -> str:
    return ", one of " + ", ".join(map(str, folders)) if folders else ""


def _further_down(folder: Path) -> list[Path]:
    """Script directories that are meant, perhaps; not those of installed packages (their templates have env.py too)."""
    found = [file.parent for pattern in ("*/*/env.py", "*/*/*/env.py") for file in sorted(folder.glob(pattern))]
    return [place for place in found if (place / "versions").is_dir() and "site-packages" not in place.parts][:5]


def _places_named_in(file: Path) -> list[Path]:
    return [place for section in _read_sections(file)[0] if (place := section.script_location)]


def _by_settings(file: Path) -> Layout:
    if file.suffix == ".py" and not (file.parent / "env.py").is_file():
        raise UsageError(
            f"{file} is no settings file: give --directory a folder, and name revisions after the options."
        )
    found, unread = _read_sections(file)
    located = {place.resolve(): section for section in reversed(found) if (place := section.script_location)}
    if not located and (file.parent / "env.py").is_file():
        return _script_directory(shown(file.parent))
    if unread or not located:
        raise UsageError(
            f"{file} names no script_location ({unread[0].why if unread else 'no such setting'}). "
            "Give --directory the folder that holds env.py."
        )
    chosen = found[0] if found[0].name == "alembic" and found[0].script_location else None
    if chosen is None and len(located) > 1:
        raise UsageError(f"{file} leads to several script directories: give --directory{_one_of(sorted(located))}.")
    section = chosen or next(iter(located.values()))
    place = section.script_location
    if place is None or not place.is_dir():
        raise UsageError(f"{file} names {place} as script_location, and there is no such folder: mend that line.")
    return _layout(shown(place), section)


def _script_directory(directory: Path) -> Layout:
    unread: list[NotAnalysed] = []
    for section in _settings_of(directory, unread):
        return _layout(directory, section)
    return _layout(directory, None, tuple(unread))


def _settings_of(directory: Path, unread: list[NotAnalysed]) -> Iterator[Section]:
    """The sections that speak of `directory`: its own, else those above that name it."""
    above = directory.absolute().parents[:_LEVELS_ABOVE]
    for folder in (directory.absolute(), *above):
        for file in dict.fromkeys((folder / _SETTINGS[0], *sorted(folder.glob("*.ini")), folder / _SETTINGS[1])):
            found, failed = _read_sections(file)
            if folder == directory.absolute():
                unread.extend(failed)
            for section in found:
                place = section.script_location
                if place is None and folder == directory.absolute():
                    yield section
                if place is not None and place.resolve() == directory.resolve():
                    yield section


def _layout(directory: Path, section: Section | None, unread: tuple[NotAnalysed, ...] = ()) -> Layout:
    named = tuple(shown(place) for place in section.version_locations) if section else ()
    versions = named or (shown(directory / "versions"),)
    recursive = section.recursive if section else _is_nested(versions[0])
    return Layout(directory, versions, recursive, (*unread, *([] if recursive else _beneath(versions))))


def _beneath(versions: tuple[Path, ...]) -> Iterator[NotAnalysed]:
    """Revisions in folders below a version location, where Alembic does not look unless it is told to."""
    named = {place.resolve() for place in versions}
    found: dict[Path, int] = {}
    for place in versions:
        for file in sorted(place.glob("*/**/*.py")):
            if not named & set(file.resolve().parents[: len(file.parts) - len(place.parts) - 1]) and (
                file.parent in found or looks_like_revision(file)
            ):
                found[file.parent] = found.get(file.parent, 0) + 1
    for folder, number in found.items():
        why = (
            f"{number} {'file' if number == 1 else 'files'} of revisions here, and no setting names the folder: add it "
            "to version_locations in alembic.ini, or review it with --directory."
        )
        yield NotAnalysed(folder, 1, why)


def _is_nested(versions: Path) -> bool:
    """Without settings at hand: revisions in folders by year, and none beside these folders."""
    return not any(map(looks_like_revision, versions.glob("*.py"))) and any(
        map(looks_like_revision, versions.rglob("*.py"))
    )


def _versions_folder(folder: Path) -> Layout | None:
    """The whole script directory when `folder` is one of its version locations; else the folder alone."""
    if not any(map(looks_like_revision, folder.glob("*.py"))):
        return None
    above = shown(folder.absolute().parent)
    if (above / "env.py").is_file():
        layout = _script_directory(above)
        if folder.resolve() in {place.resolve() for place in layout.versions}:
            return layout
    return Layout(folder, (folder,))


def looks_like_revision(file: Path) -> bool:
    """Tell whether a file names a revision it follows, or none; only to recognize a folder by."""
    try:
        tree = parse(decode(file.read_bytes())) if file.is_file() else ast.Module([], [])
    except (NotPython, OSError):
        return False
    return any(
        isinstance(node, ast.Name) and node.id == "down_revision" and isinstance(node.ctx, ast.Store)
        for statement in tree.body
        for node in ast.walk(statement)
    )


def _read_sections(file: Path) -> tuple[list[Section], list[NotAnalysed]]:
    try:
        return sections(file), []
    except UnreadableSettings as error:
        return [], [NotAnalysed(shown(file), 1, f"These settings cannot be read, the usual ones are assumed: {error}")]
