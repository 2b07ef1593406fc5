"""Code as an author would write it, for what a finding tells to paste."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable

from pipeline.review.reading.script import Call
from pipeline.review.revision import Revision


def quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def listed(names: Iterable[str]) -> str:
    return f"[{', '.join(quoted(name) for name in names)}]"


def table_words(table: str) -> tuple[str, str]:
    """Return a table's name in quotes, and the `schema=` argument that goes with it or nothing."""
    schema, _, name = table.rpartition(".")
    return quoted(name), f", schema={quoted(schema)}" if schema else ""


def operations_name(revision: Revision) -> str:
    """Return what the file calls `alembic.op`."""
    for node in ast.walk(revision.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "alembic":
            for one in node.names:
                if one.name == "op":
                    return one.asname or "op"
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name == "alembic.op":
                    return one.asname or "alembic.op"
    return "op"


def alchemy_name(revision: Revision) -> str:
    """Return what the file calls `sqlalchemy`."""
    for node in ast.walk(revision.tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name == "sqlalchemy":
                    return one.asname or "sqlalchemy"
    return "sa"


def argument_node(call: Call, position: int, *names: str) -> ast.expr | None:
    """Return the syntax of an argument: the keyword of one of `names`, else the one at `position`."""
    for keyword in call.node.keywords:
        if keyword.arg in names:
            return keyword.value
    given = call.node.args
    if position < len(given) and not any(isinstance(one, ast.Starred) for one in given[: position + 1]):
        return given[position]
    return None


def source(revision: Revision, node: ast.expr) -> str:
    """Return what the file says at `node`, on one line and without the comments between."""
    segment = ast.get_source_segment(revision.text, node)
    return ast.unparse(node) if segment is None or "\n" in segment else segment
