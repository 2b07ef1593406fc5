"""
The revision uses a name that it neither imports nor defines, so it ends in a NameError.

Autogenerate writes a column's type as its module says (`app.types.GUID()`, `sqlmodel.sql.sqltypes.AutoString()`,
`Text()` inside a JSONB), and does not import it.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from pipeline.review.editing import import_added, replaced
from pipeline.review.finding import Edit
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.spelling import alchemy_name

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} is not defined in this file: the revision ends here with a NameError.",
    remedy="{code}",
)

_IMPORTS = {
    "sa": "import sqlalchemy as sa", "op": "from alembic import op", "context": "from alembic import context",
    "postgresql": "from sqlalchemy.dialects import postgresql", "mysql": "from sqlalchemy.dialects import mysql",
    "sqlite": "from sqlalchemy.dialects import sqlite", "sqlmodel": "import sqlmodel",
    "geoalchemy2": "import geoalchemy2", "sqlalchemy_utils": "import sqlalchemy_utils",
    "sqlalchemy": "import sqlalchemy", "pgvector": "import pgvector.sqlalchemy",
    "fastapi_users_db_sqlalchemy": "import fastapi_users_db_sqlalchemy", "uuid": "import uuid", "json": "import json",
    "datetime": "import datetime", "alembic_utils": "import alembic_utils",
}  # fmt: skip
_OF_SQLALCHEMY = {
    "Text", "String", "Integer", "BigInteger", "Boolean", "DateTime", "Date", "Float", "Numeric", "Enum", "JSON",
    "LargeBinary", "Column", "ForeignKey", "Unicode", "text", "func", "Uuid", "Identity", "Sequence",
}  # fmt: skip
_ALWAYS = {*dir(builtins), "__file__", "__name__", "__doc__", "__builtins__", "__package__", "__spec__"}


@rule.in_source
def unbound_names(revision: Revision) -> Iterator[Hit]:
    bound = _bound(revision.tree)
    if bound is None:
        return
    seen = set()
    for node, whole in _loads(revision.tree):
        if node.id not in bound and (node.id, node.lineno) not in seen:
            seen.add((node.id, node.lineno))
            code, edit = _fix(revision, node, whole)
            yield Hit(ast.unparse(whole), line=node.lineno, values={"code": code}, edits=(edit,) if edit else ())


def _fix(revision: Revision, node: ast.Name, whole: ast.expr) -> tuple[str, Edit | None]:
    if node.id in _OF_SQLALCHEMY and whole is node:
        code = f"{alchemy_name(revision)}.{node.id}"
        return f"write {code}", replaced(revision, node, code)
    if node.id in _IMPORTS:
        return f"import it at the top: {_IMPORTS[node.id]}", import_added(revision, _IMPORTS[node.id])
    module = ast.unparse(whole).rpartition(".")[0]
    if module:
        return (
            f"import {module} at the top, or write the column's plain type (sa.String(…), sa.Uuid()), "
            "which no later change of the application can break",
            None,
        )
    return f"import or define {node.id}", None


def _bound(tree: ast.Module) -> set[str] | None:
    """Return all names that are bound anywhere in the file; None when an `import *` may bind any."""
    names = set(_ALWAYS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            if any(one.name == "*" for one in node.names):
                return None
            names |= {one.asname or one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.add(node.rest)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            names |= set(node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"exec", "globals"}:
            return None
    return names


def _loads(tree: ast.Module) -> Iterator[tuple[ast.Name, ast.expr]]:
    """Yield each name that is read, with the dotted expression it begins; nobody evaluates the annotations."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        root: ast.expr | ast.AST = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and isinstance(node, ast.Name | ast.Attribute):
            if isinstance(root.ctx, ast.Load):
                yield root, node
            continue
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns", "type_params"}:
                continue
            children = value if isinstance(value, list) else [value]
            waiting.extend(one for one in children if isinstance(one, ast.AST))
