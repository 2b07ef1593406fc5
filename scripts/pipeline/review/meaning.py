"""
What of a revision's file reaches a database, told apart from how it is written.

A formatter, a corrected comment, a type annotation or a sorted import changes a merged file and harms nobody.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_MEANS_NOTHING_WHEN_NONE = {"branch_labels", "depends_on"}


def changed_parts(before: ast.Module, now: ast.Module) -> dict[str, int]:
    """The names of the top-level parts that mean something else now, with their line (1 for what is gone)."""
    old, new = _parts(before), _parts(now)
    changed = [name for name in dict.fromkeys([*new.parts, *old.parts]) if old.dumps(name) != new.dumps(name)]
    parts = {name: new.parts[name][0][1] if name in new.parts else 1 for name in changed}
    imported = [name for name in old.used & new.used if old.imports.get(name) != new.imports.get(name)]
    return parts | ({"imports": 1} if imported else {})


def same_but_for_id(before: ast.Module, now: ast.Module) -> bool:
    """Tell whether two files do the same under different ids."""
    return set(changed_parts(before, now)) <= {"revision"}


def does_something(function: ast.FunctionDef | None) -> bool:
    """Tell whether a function has more in it than a docstring and `pass`."""
    return function is not None and any(
        not isinstance(node, ast.Pass) and not _is_bare_constant(node) for node in function.body
    )


@dataclass(frozen=True)
class _Parts:
    """What a file's top consists of: by name, each with its dump and its line; and what it imports under which name."""

    parts: dict[str, list[tuple[str, int]]]
    imports: dict[str, set[str]]
    used: set[str]

    def dumps(self, name: str) -> list[str]:
        return [dump for dump, _ in self.parts.get(name, [])]


def _parts(tree: ast.Module) -> _Parts:
    plain = _Plain().visit(copy.deepcopy(tree))
    statements = [node for node in plain.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    parts: dict[str, list[tuple[str, int]]] = {}
    for node in statements:
        for name, dump in _named(node):
            parts.setdefault(name, []).append((dump, node.lineno))
    used = {node.id for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name)}
    imports: dict[str, set[str]] = {}
    for name, source in _imports(plain.body):
        imports.setdefault(name, set()).add(source)
    return _Parts(parts, imports, used | {"*"})


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


def _imports(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """The name that each import binds, and what it stands for."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            source = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0], f"{source} {alias.name}"


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
