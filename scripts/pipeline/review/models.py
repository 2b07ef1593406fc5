"""What the project's models say of a table, read as text: importing them would run the reviewed project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from pipeline.review.revision import Revision

_ELSEWHERE = {"node_modules", "site-packages", "tests", "test", "versions", "build", "dist"}
_MOST_FILES = 3000
_LARGEST = 500_000
_COLUMNS = {"Column", "mapped_column", "column_property"}


@dataclass(frozen=True)
class Model:
    """A class or a Table for one table, with the database's names of the columns that stand in it."""

    file: Path
    line: int
    name: str
    table: str
    columns: frozenset[str]


def models_of(revision: Revision, table: str) -> list[Model]:
    """Return the project's models of `table`; none when the revision lies in no script directory."""
    root = _project(revision.file)
    bare = table.rpartition(".")[2]
    return [one for one in _models(root) if one.table == bare] if root is not None else []


def _project(file: Path) -> Path | None:
    """The folder that holds the script directory, which is the one with env.py."""
    for folder in (file.resolve().parent, *islice(file.resolve().parents, 1, 3)):
        if (folder / "env.py").exists():
            return folder.parent
    return None


@lru_cache(maxsize=8)
def _models(root: Path) -> tuple[Model, ...]:
    return tuple(model for file in islice(_files(root), _MOST_FILES) for model in _models_in(file))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if not path.name.startswith(".") and path.name not in _ELSEWHERE and not (path / "pyvenv.cfg").exists():
                yield from _files(path)
        elif path.suffix == ".py" and path.stat().st_size < _LARGEST:
            yield path


def _models_in(file: Path) -> Iterator[Model]:
    try:
        text = file.read_text(encoding="utf-8")
        if not any(word in text for word in ("Column(", "mapped_column(", "Mapped[")):
            return
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError):
        return  # Not ours to judge: what cannot be read confirms nothing.
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            columns = frozenset(_mapped(node))
            if columns:
                yield Model(file, node.lineno, node.name, _table_of(node), columns)
        elif isinstance(node, ast.Call) and _called(node) == "Table" and node.args:
            name = node.args[0]
            columns = frozenset(filter(None, (_first_word(one) for one in node.args[1:])))
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and columns:
                yield Model(file, node.lineno, name.value, name.value, columns)


def _mapped(node: ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        target = one.targets[0] if isinstance(one, ast.Assign) else getattr(one, "target", None)
        if not isinstance(target, ast.Name) or not isinstance(one, ast.Assign | ast.AnnAssign):
            continue
        is_column = isinstance(one.value, ast.Call) and _called(one.value) in _COLUMNS
        if is_column and isinstance(one.value, ast.Call):
            yield _first_word(one.value) or target.id
        elif isinstance(one, ast.AnnAssign) and "Mapped[" in ast.unparse(one.annotation) and one.value is None:
            yield target.id


def _table_of(node: ast.ClassDef) -> str:
    for one in node.body:
        target = one.targets[0] if isinstance(one, ast.Assign) else None
        is_name = isinstance(target, ast.Name) and target.id == "__tablename__"
        if is_name and isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant):
            return str(one.value.value)
    # What Flask-SQLAlchemy makes of a class without a name for its table.
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", node.name).lower()


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _first_word(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        value = node.args[0].value
        return value if isinstance(value, str) else ""
    return ""


def models_named(revision: Revision, name: str) -> list[Model]:
    """Return the project's models by the name of their class."""
    root = _project(revision.file)
    return [one for one in _models(root) if one.name == name] if root is not None else []
