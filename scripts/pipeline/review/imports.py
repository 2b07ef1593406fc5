"""Which imports of a revision are the application's own, and which names they bind."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from pipeline.review.revision import Revision

_LIBRARIES = {
    "alembic", "sqlalchemy", "alembic_utils", "sqlmodel", "geoalchemy2", "sqlalchemy_utils", "pgvector", "flask",
    # These have modules called models or db, as applications do.
    "flask_appbuilder", "flask_sqlalchemy", "flask_security", "flask_dance", "fastapi_users", "authlib", "django",
    "sqlalchemy_continuum", "sqlalchemy_i18n", "sqlalchemy_mptt", "depot", "celery", "mlflow",
}  # fmt: skip
# Folders that nobody publishes as a library: what comes from there is the project's.
_USUAL_ROOTS = {
    "app", "apps", "application", "src", "backend", "server", "core", "config", "settings", "models", "model",
    "database", "db", "main", "api", "common",
}  # fmt: skip
_USUAL_PARTS = {"models", "model", "database", "db", "schemas", "extensions", "entities", "orm"}
_MODEL_PARTS = _USUAL_PARTS | {"session", "crud", "repository", "repositories", "services", "service"}
_LEVELS = 4


@dataclass(frozen=True)
class OwnImport:
    """An import of the application; `names` is what it binds here. `of_models` when it is about tables or queries."""

    node: ast.Import | ast.ImportFrom
    module: str
    names: tuple[str, ...]
    of_models: bool


def own_imports(revision: Revision) -> Iterator[OwnImport]:
    """Yield the imports of the application, wherever in the file, but for those only type checkers see."""
    unseen = _for_type_checkers(revision.tree)
    for node in ast.walk(revision.tree):
        if node in unseen or not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        relative = isinstance(node, ast.ImportFrom) and node.level > 0
        for module, names in _modules(node):
            if relative or _is_own(revision.file, module):
                of_models = not _MODEL_PARTS.isdisjoint(module.lower().strip(".").split("."))
                yield OwnImport(node, module, names, of_models)


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(node, ast.Import):
        for one in node.names:
            yield one.name, (one.asname or one.name.partition(".")[0],)
    else:
        module = "." * node.level + (node.module or "")
        names = [one.name for one in node.names]
        if node.module is None or set(names) <= _USUAL_PARTS:
            # `from app import models` imports a module as `import app.models` does.
            module = f"{module.rstrip('.') or module}.{names[0]}" if node.module else f"{module}{names[0]}"
        yield module, tuple(one.asname or one.name for one in node.names)


def _for_type_checkers(tree: ast.Module) -> set[ast.AST]:
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }


def _is_own(file: Path, module: str) -> bool:
    root, *rest = module.split(".")
    if root in sys.stdlib_module_names or root in _LIBRARIES:
        return False
    usual = root in _USUAL_ROOTS or not _USUAL_PARTS.isdisjoint(rest)
    return usual or _lies_beside(file.resolve().parent, root)


@lru_cache(maxsize=4096)
def _lies_beside(folder: Path, name: str) -> bool:
    """Tell whether the project has a package or module of that name, in a folder that holds the script directory."""
    for level in (folder, *islice(folder.parents, _LEVELS)):
        for place in (level, level / "src"):
            package = place / name
            if (place / f"{name}.py").is_file() or (package.is_dir() and any(package.glob("*.py"))):
                return True
        if (level / ".git").exists():
            return False
    return False
