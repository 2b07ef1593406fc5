"""
The revision queries the application's models.

A query of a class selects every column that the class has in the release that runs it. Those that a later revision
adds are not there yet, so an older database cannot be brought to head: the revision fails on its SELECT. Classes that
stand in the revision itself stay as they are, and are no finding.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.review.imports import own_imports
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.spelling import alchemy_name

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} {means} that the class has by then, and those of later revisions do not exist yet.",
    remedy="query a table of the revision's own: {sa}.table(…) with its columns, in op.execute({sa}.update(…))",
    shown_by=None,
)

_QUERIES = {"query", "select", "get", "scalars", "scalar", "insert", "update", "delete", "exists"}
_ADDS = {"add", "add_all", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}

_WRITES = _ADDS | {"insert", "update", "delete"}


@rule.in_source
def queries_of_models(revision: Revision) -> Iterator[Hit]:
    names = {name for one in own_imports(revision) for name in one.names}
    if not names:
        return
    lines: set[int] = set()
    for node in ast.walk(revision.tree):
        found = _query(node, names)
        line = getattr(node, "lineno", 0)
        if found is not None and line not in lines:
            lines.add(line)
            writes = isinstance(node, ast.Call) and _called(node) in _WRITES
            means = "writes the columns, with their defaults," if writes else "selects the columns"
            yield Hit(found, line=line, values={"sa": alchemy_name(revision), "means": means})


def _query(node: ast.AST, names: set[str]) -> str | None:
    """Return how the query reads: `User.query`, `session.query(User)`, `db.session`."""
    if isinstance(node, ast.Attribute) and node.attr in {"query", "session"} and _root(node.value) in names:
        return ast.unparse(node)
    if isinstance(node, ast.Call) and _called(node) in _QUERIES | _ADDS:
        for argument in node.args:
            model = argument.func if isinstance(argument, ast.Call) else argument
            if _root(model) in names and _is_class(model):
                return f"{ast.unparse(node.func)}({ast.unparse(model)})"
    return None


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_class(node: ast.expr) -> bool:
    """Classes are written with a capital; `User.id` is one of a class's columns, selected by name."""
    parts = ast.unparse(node).split(".")
    return parts[-1][:1].isupper() and not parts[-1].isupper()
