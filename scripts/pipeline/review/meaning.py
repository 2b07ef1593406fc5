"""
What of a revision's file reaches a database, told apart from how it is written.

A formatter, a corrected comment, a type annotation or a sorted import changes a merged file and harms nobody.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

_MEANS_NOTHING_WHEN_NONE = {"branch_labels", "depends_on"}


def changed_parts(before: ast.Module, now: ast.Module) -> dict[str, int]:
    """The names of the top-level parts that mean something else now, with their line (1 for what is gone)."""
    old, new = _parts(before), _parts(now)
    names = dict.fromkeys([*new, *old])
    changed = (name for name in names if _dumps(old, name) != _dumps(new, name))
    return {name: new[name][0][1] if name in new else 1 for name in changed}


def same_but_for_id(before: ast.Module, now: ast.Module) -> bool:
    """Tell whether two files do the same under different ids."""
    return set(changed_parts(before, now)) <= {"revision"}


def does_something(function: ast.FunctionDef | None) -> bool:
    """Tell whether a function has more in it than a docstring and `pass`."""
    return function is not None and any(
        not isinstance(node, ast.Pass) and not _is_bare_constant(node) for node in function.body
    )


def _parts(tree: ast.Module) -> dict[str, list[tuple[str, int]]]:
    plain = _Plain().visit(copy.deepcopy(tree))
    statements = [node for node in plain.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    used = {node.id for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name)}
    parts: dict[str, list[tuple[str, int]]] = {}
    for imported in sorted(_imports(plain.body, used)):
        parts.setdefault("imports", []).append((imported, 1))
    for node in statements:
        for name, dump in _named(node):
            parts.setdefault(name, []).append((dump, node.lineno))
    return parts


def _dumps(parts: dict[str, list[tuple[str, int]]], name: str) -> list[str]:
    return [dump for dump, _ in parts.get(name, [])]


def _named(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, ast.dump(node)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            name = ast.unparse(target)
            nothing = isinstance(node.value, ast.Constant) and node.value.value is None
            if not (nothing and name in _MEANS_NOTHING_WHEN_NONE):
                yield name, ast.dump(node.value)
    else:
        yield ast.unparse(node).partition("\n")[0], ast.dump(node)


def _imports(body: list[ast.stmt], used: set[str]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            source = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                if (alias.asname or alias.name.split(".")[0]) in used or alias.name == "*":
                    yield f"{source} {alias.name} {alias.asname}"


def _is_bare_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class _Plain(ast.NodeTransformer):
    """Takes off docstrings, annotations and the u of u''."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if _is_bare_constant(node) else self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        """A body of a docstring alone and one of `pass` do the same."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.copy_location(ast.Constant(node.value), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node
