"""What the imports of a revision bind: `op`, `context`, real modules where they only compute, Unknown for the rest."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from alembic.operations import Operations

from pipeline.review.reading import allowed
from pipeline.review.reading.operations import AlembicContext, Op
from pipeline.review.reading.unknown import Unknown


class AlembicModule:
    """`alembic` itself: the way to `op` and `context`."""

    def __init__(self, op: Op) -> None:
        self.op = op
        self.context = AlembicContext(op)


def import_module(name: ast.alias, op: Op) -> tuple[str, Any]:
    """Return the name that `import name` binds, and what to."""
    if name.name.split(".")[0] == "alembic" and name.name != "alembic_utils":
        whole = AlembicModule(op)
        if name.asname is None:
            return "alembic", whole
        return name.asname, _of_alembic(name.name, whole)
    if name.asname is not None:
        return name.asname, allowed.module(name.name)
    top = name.name.split(".")[0]
    allowed.module(name.name)
    return top, allowed.module(top)


def import_from(node: ast.ImportFrom, op: Op) -> Iterator[tuple[str, Any]]:
    """Yield each name that the statement binds, and what to."""
    source = "." * node.level + (node.module or "")
    for name in node.names:
        bound = name.asname or name.name
        if source == "alembic":
            yield bound, getattr(AlembicModule(op), name.name, Unknown(bound, imported="alembic"))
        elif name.name == "*":
            yield from _all_of(source, op)
        elif source == "alembic.op":
            yield bound, OpFunction(op, name.name)
        elif source == "alembic.context":
            yield bound, getattr(AlembicContext(op), name.name, Unknown(bound, imported=source))
        elif node.level:
            yield bound, Unknown(bound, imported=source)
        else:
            yield bound, _name_in(source, name.name, bound)


class OpFunction:
    """`from alembic.op import add_column`: an operation without `op` before it."""

    def __init__(self, op: Op, name: str) -> None:
        self.op = op
        self.name = name


def _all_of(source: str, op: Op) -> Iterator[tuple[str, Any]]:
    """What `from source import *` binds, where that can be told."""
    if source == "alembic.op":
        yield from ((name, OpFunction(op, name)) for name in dir(Operations) if not name.startswith("_"))
        return
    found = allowed.module(source)
    if not isinstance(found, Unknown):
        names = getattr(found, "__all__", None) or [name for name in dir(found) if not name.startswith("_")]
        yield from ((name, allowed.attribute(found, name)) for name in names)


def _of_alembic(name: str, whole: AlembicModule) -> Any:
    parts = name.split(".")[1:]
    if parts == ["op"]:
        return whole.op
    if parts == ["context"]:
        return whole.context
    return whole if not parts else allowed.module(name)


def _name_in(source: str, name: str, bound: str) -> Any:
    found = allowed.module(source)
    if isinstance(found, Unknown):
        return Unknown(bound, imported=source)
    value = allowed.attribute(found, name)
    if isinstance(value, Unknown):
        submodule = allowed.module(f"{source}.{name}")
        return Unknown(bound, imported=source) if isinstance(submodule, Unknown) else submodule
    return value
