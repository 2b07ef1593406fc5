"""
What a revision calls, told without the interpreter: by names alone, in whatever can be reached from a direction.

The interpreter knows values and so leaves out what does not run. This walk knows none and leaves out nothing, so what
it finds and the interpreter neither recorded nor declared unread was passed over in silence. It shares no code with
what it judges.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

OPERATIONS = {
    *("add_column", "alter_column", "batch_alter_table", "bulk_insert", "create_check_constraint"),
    *("create_exclude_constraint", "create_foreign_key", "create_index", "create_primary_key", "create_table"),
    *("create_table_comment", "create_unique_constraint", "drop_column", "drop_constraint", "drop_index"),
    *("drop_table", "drop_table_comment", "execute", "invoke", "rename_table", "run_async"),
    *("create_entity", "drop_entity", "replace_entity"),
}
SENDS = {"execute", "executemany", "exec_driver_sql", "copy_expert", "create_all", "drop_all"}
# These ask the operations for something, and change nothing.
ASKS = {"batch_alter_table", "f", "get_bind", "get_context", "inline_literal", "implementation_for"}
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Place:
    """A call that does something; an account of it may stand at any of `lines`."""

    text: str
    line: int
    end: int
    lines: frozenset[int]


def places(tree: ast.Module, text: str, direction: str) -> list[Place]:
    """Every call of an operation, or to the database, that `direction` may come to, in the order of the file."""
    walk = _Walk(tree)
    parts = (node for start in walk.reached(direction) for node in _live(start))
    calls = {node for node in parts if isinstance(node, ast.Call) and walk.acts(node)}
    nodes = sorted(calls, key=lambda node: (node.lineno, node.col_offset))
    return [
        Place(ast.get_source_segment(text, node) or "", node.lineno, node.end_lineno or 0, walk.account(node))
        for node in nodes
    ]


def _live(node: ast.AST) -> Iterator[ast.AST]:
    """`node` and what is in it, but not what follows a `return` or `raise`, nor what is only defined there."""
    yield node
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            for part in value:
                if isinstance(part, ast.AST) and not isinstance(part, _DEFINITIONS):
                    yield from _live(part)
                if name in {"body", "orelse", "finalbody"} and isinstance(part, ast.Return | ast.Raise):
                    break
        elif isinstance(value, ast.AST):
            yield from _live(value)


class _Walk:
    def __init__(self, tree: ast.Module) -> None:
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self.defined: dict[str, list[ast.AST]] = {}
        self.handed_on: dict[str, set[int]] = {}
        self.by_text: set[int] = set()
        self.stems: set[str] = set()
        self.modules: set[str] = set()
        self.functions: set[str] = set()
        self.starred = False
        for node in ast.walk(tree):
            if isinstance(node, _DEFINITIONS):
                self.defined.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self._assign(target, node.value)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
            elif isinstance(node, ast.Constant) and str(node.value).startswith(("upgrade_", "downgrade_")):
                self.stems.add(str(node.value).split("%", maxsplit=1)[0])
            elif isinstance(node, ast.Call):
                if isinstance(node.func, ast.Subscript) or getattr(node.func, "id", "") in {"exec", "eval"}:
                    self.by_text |= _lines(node)
                for name in (one.id for one in node.args if isinstance(one, ast.Name)):
                    self.handed_on.setdefault(name, set()).update(_lines(node))

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                self.defined.setdefault(name.id, []).append(value)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            whole = alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
            if whole == "alembic.op":
                self.modules.add(alias.asname or "op")
            elif isinstance(node, ast.ImportFrom) and node.module == "alembic.op":
                self.starred = self.starred or alias.name == "*"
                self.functions.add(alias.asname or alias.name)

    def reached(self, direction: str) -> list[ast.AST]:
        """Whatever `direction` mentions by name, and what that mentions; a class with those methods that are named."""
        waiting, seen = [node for node in self.defined.get(direction, []) if self._scope(node) is None], set[ast.AST]()
        while waiting:
            node = waiting.pop()
            home = self.parents.get(node)
            # A method whose class nothing has come to is another's of the same name.
            if node not in seen and (not isinstance(home, ast.ClassDef) or home in seen):
                seen.add(node)
                waiting.extend(self._mentioned(node))
        return list(seen)

    def _mentioned(self, node: ast.AST) -> Iterator[ast.AST]:
        for part in _live(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                yield from self._meant(part)
            elif isinstance(part, ast.Attribute):
                named = self.defined.get(part.attr, [])
                yield from (one for one in named if isinstance(self.parents.get(one), ast.ClassDef))
            elif isinstance(part, ast.Constant) and str(part.value).startswith(("upgrade_", "downgrade_")):
                # `globals()["upgrade_%s" % engine]()`: every function whose name begins so may be meant.
                stem = str(part.value).split("%", maxsplit=1)[0]
                yield from (one for name, nodes in self.defined.items() if name.startswith(stem) for one in nodes)
        if isinstance(node, ast.ClassDef):
            yield from (one for one in node.body if isinstance(one, _FUNCTIONS) and one.name.startswith("__"))

    def _meant(self, name: ast.Name) -> Iterator[ast.AST]:
        """The definitions that are in sight of `name`."""
        scopes: list[ast.AST | None] = [None]
        above = self._scope(name)
        while isinstance(above, _SCOPES):
            arguments = above.args
            if name.id in {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}:
                return
            scopes.append(above)
            above = self._scope(above)
        yield from (one for one in self.defined.get(name.id, []) if self._scope(one) in scopes)

    def _scope(self, node: ast.AST) -> ast.AST | None:
        """The function that `node` is in, if any."""
        above = self.parents.get(node)
        while above is not None and not isinstance(above, _SCOPES):
            above = self.parents.get(above)
        return above

    def acts(self, node: ast.Call) -> bool:
        called = node.func
        if isinstance(called, ast.Name):
            named = called.id in self.functions or (self.starred and called.id in OPERATIONS)
            return (named and called.id not in ASKS) or called.id in {"exec", "eval"} or self._hands_on(node)
        if isinstance(called, ast.Attribute):
            acts = called.attr in SENDS | OPERATIONS or self._is_operations(called.value)
            makes = called.attr in {"create", "drop"} and any(map(_is_connection, node.args))
            return called.attr not in ASKS and (acts or makes)
        return isinstance(called, ast.Subscript)

    def _hands_on(self, node: ast.Call) -> bool:
        """`map(op.execute, …)`: an operation as a value, for somebody else to call."""
        return any(
            isinstance(one, ast.Attribute) and self._is_operations(one.value) and one.attr in OPERATIONS - ASKS
            for one in node.args
        )

    def _is_operations(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr == "op"
        return isinstance(node, ast.Name) and node.id in {*self.modules, "batch_op"}

    def account(self, node: ast.Call) -> frozenset[int]:
        """
        The lines at which somebody who was told of an omission would see that this call is meant.

        Its own; the first of each block, function and class it is in; those where such a function is handed to
        somebody, or is called by its name as text; and those where what it is called on was made.
        """
        lines = _lines(node)
        above: ast.AST | None = node
        while above is not None and not isinstance(above, ast.Module):
            if isinstance(above, ast.stmt):
                lines.add(above.lineno)
            if isinstance(above, _DEFINITIONS):
                lines.update(decorator.lineno for decorator in above.decorator_list)
                lines.update(self.handed_on.get(above.name, ()))
                lines.update(self.by_text if above.name.startswith(tuple(self.stems)) else ())
            above = self.parents.get(above)
        for part in ast.walk(node.func):
            if isinstance(part, ast.Name) and part.id not in self.modules:
                lines.update(line for made in self._meant(part) for line in _lines(made))
        return frozenset(lines)


def _lines(node: ast.AST) -> set[int]:
    first = getattr(node, "lineno", 0)
    return set(range(first, (getattr(node, "end_lineno", None) or first) + 1))


def _is_connection(node: ast.expr) -> bool:
    names = {part.attr if isinstance(part, ast.Attribute) else part.id for part in ast.walk(node)
             if isinstance(part, ast.Attribute | ast.Name)}  # fmt: skip
    return bool(names & {"get_bind", "bind", "conn", "connection"})
