"""A script directory as Alembic would see it, told from the text of its files: nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.review.finding import Direction, NotAnalysed
from pipeline.review.layout import Layout
from pipeline.review.reading.read import read_script
from pipeline.review.revision import Revision, assignments
from pipeline.review.source_text import NotPython, decode, parse

_HEADER_LINE = re.compile(r"^(revision|down_revision|depends_on|branch_labels)\b[^=\n]*=(.*)$", re.MULTILINE)
_NO_FILE = "It has a revision's name and cannot be opened as a file (a link that leads nowhere?): mend or delete it."
# Alembic 0.1 took the id from the file's name, and Alembic of today still does.
_ID_IN_NAME = re.compile(r"([a-f0-9]+)\.py$")


class NotARevision(Exception):
    """
    A Python file that names no revision.

    `hides_one` is True where it would do something all the same, so that the history has a gap.
    """

    def __init__(self, unread: NotAnalysed, *, hides_one: bool = True) -> None:
        super().__init__(unread.why)
        self.unread = unread
        self.hides_one = hides_one


@dataclass(frozen=True)
class Directory:
    """
    What is in a script directory.

    `unparsed` are files that are no Python of today, of which only the place in the history is known; `unplaced` are
    the ids of those that do not say plainly what they follow; `complete` is False when a file does not say its id.
    """

    layout: Layout
    revisions: tuple[Revision, ...]
    unparsed: tuple[Revision, ...]
    not_analysed: tuple[NotAnalysed, ...]
    unplaced: frozenset[str]
    complete: bool = True


def read_directory(layout: Layout) -> Directory:
    """Parse every revision of a script directory; what their functions do is not read here."""
    revisions: list[Revision] = []
    unparsed: list[Revision] = []
    unread = list(layout.not_analysed)
    unread += [NotAnalysed(path, 1, _NO_FILE) for path in layout.no_files()]
    complete = True
    for file in layout.files():
        try:
            revision = parse_revision(file, decode(file.read_bytes()))
        except NotPython as error:
            unread.append(NotAnalysed(file, error.line, error.why))
            placed = list(place_by_words(file, file.read_bytes()))
            complete = complete and bool(placed)
            unparsed.extend(placed)
        except OSError as error:
            unread.append(NotAnalysed(file, 1, f"The file cannot be read: {error.strerror}."))
            complete = False
        except NotARevision as error:
            unread.append(error.unread)
            complete = complete and not error.hides_one
        else:
            revisions.append(revision)
            unread.extend(_doubts(revision))
    return Directory(layout, tuple(revisions), tuple(unparsed), tuple(unread), unplaced(revisions), complete)


def unplaced(revisions: Iterable[Revision]) -> frozenset[str]:
    """The ids of those that do not say plainly what they follow."""
    return frozenset(revision.id for revision in revisions if revision.tree.body and any(_doubts(revision)))


def read_revision(file: Path, postgresql_version: int = 18) -> Revision:
    """Parse `file` and read both of its directions. Raises NotPython and NotARevision."""
    revision = parse_revision(file, decode(file.read_bytes()))
    for direction in Direction:
        script = read_script(revision, direction, postgresql_version)
        if script is not None:
            revision.keep(script)
    return revision


def parse_revision(file: Path, text: str) -> Revision:
    """Make a Revision of `text`. Raises NotPython and NotARevision."""
    tree = parse(text, str(file))
    assigned = _assigned(tree)
    known = {name: value for name, (value, _) in assigned.items()}
    return Revision(
        file=file,
        text=text,
        tree=tree,
        id=_own_id(file, tree, assigned),
        down=_ids(known.get("down_revision")),
        depends_on=_ids(known.get("depends_on")),
        labels=_ids(known.get("branch_labels")),
    )


def place_by_words(file: Path, content: bytes) -> Iterator[Revision]:
    """
    The revision in a file that does not parse, without its code, if the usual lines tell its id.

    What follows it would otherwise seem to follow nothing.
    """
    text = content.decode("utf-8", errors="replace")
    named = {match[1]: match[2] for match in _HEADER_LINE.finditer(text)}
    ids = {name: tuple(re.findall(r"""['"]([^'"]+)['"]""", value)) for name, value in named.items()}
    if ids.get("revision"):
        down, labels = ids.get("down_revision", ()), ids.get("branch_labels", ())
        yield Revision(file, text, ast.Module([], []), ids["revision"][0], down, ids.get("depends_on", ()), labels)


class _Unclear:
    """The value of an expression that only running the file would tell."""


_UNCLEAR = _Unclear()


def _own_id(file: Path, tree: ast.Module, assigned: dict[str, tuple[object, int]]) -> str:
    value, line = assigned.get("revision", (None, 1))
    named = _ID_IN_NAME.match(file.name)
    if "revision" not in assigned:
        upgrade = next((node.lineno for node in tree.body if "upgrade" in _bound(node)), None)
        if upgrade is None:
            what = "defines neither `revision` nor upgrade()" if tree.body else "is empty"
            why = f"The file {what}, and Alembic refuses every command for its sake: move it out of here, or delete it."
            raise NotARevision(NotAnalysed(file, 1, why), hides_one=False)
        if named:
            return named[1]
        why = "The file defines upgrade() but no `revision` at its top, so nobody can tell which revision it is."
        raise NotARevision(NotAnalysed(file, upgrade, why))
    if value and not isinstance(value, _Unclear | tuple | list | set):
        return str(value)
    raise NotARevision(
        NotAnalysed(file, line, "`revision` is no plain string: what its id is only running would tell.")
    )


def _doubts(revision: Revision) -> Iterator[NotAnalysed]:
    """What keeps a revision's place in the history from being told."""
    assigned = _assigned(revision.tree)
    if "down_revision" not in assigned:
        why = "There is no `down_revision`: Alembic cannot load the file, and what it follows is not known."
        yield NotAnalysed(revision.file, 1, why)
    for name in ("down_revision", "depends_on", "branch_labels"):
        value, line = assigned.get(name, (None, 1))
        if isinstance(value, _Unclear):
            why = f"`{name}` is an expression that only running the file would tell: its place is not known."
            yield NotAnalysed(revision.file, line, why)


def _assigned(tree: ast.Module) -> dict[str, tuple[object, int]]:
    """What the file's top gives each name, and where; names given earlier may be used."""
    found: dict[str, tuple[object, int]] = {}
    for node in tree.body:
        for target, value in assignments(node):
            if isinstance(target, ast.Name):
                found[target.id] = (_value(value, found), node.lineno)
    return found


def _value(node: ast.expr, known: dict[str, tuple[object, int]]) -> object:
    if isinstance(node, ast.Name):
        return known[node.id][0] if node.id in known else _UNCLEAR
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        parts = [_value(part, known) for part in node.elts]
        return _UNCLEAR if any(isinstance(part, _Unclear) for part in parts) else tuple(parts)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return _UNCLEAR


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement at the top of a file defines, assigns or imports."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return {target.id for target, _ in assignments(node) if isinstance(target, ast.Name)}


def _ids(value: object) -> tuple[str, ...]:
    if not value or isinstance(value, _Unclear):
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(str(one) for one in value if one is not None)
    return (str(value),)
