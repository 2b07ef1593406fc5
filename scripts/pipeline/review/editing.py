"""Edits of a revision's text for `--fix`, made of syntax tree positions."""

from __future__ import annotations

import ast

from pipeline.review.finding import Edit
from pipeline.review.revision import Revision


def replaced(revision: Revision, node: ast.expr | ast.stmt, code: str) -> Edit:
    """Put `code` in the place of `node`, leaving the rest of its lines as they are."""
    first, last = node.lineno, node.end_lineno or node.lineno
    before = revision.lines[first - 1].encode()[: node.col_offset].decode()
    after = revision.lines[last - 1].encode()[node.end_col_offset or 0 :].decode()
    return Edit(first, last, f"{before}{code}{after}")


def line_replaced(revision: Revision, number: int, *lines: str) -> Edit:
    return Edit(number, number, "\n".join(lines or (revision.lines[number - 1],)))


def added_at_end(revision: Revision, function: ast.FunctionDef, code: str) -> Edit:
    """Put `code` below the last line of `function`, which stays unless it is a lone `pass`."""
    last = function.body[-1]
    indent = " " * last.col_offset
    first, end = last.lineno, last.end_lineno or last.lineno
    kept = [] if isinstance(last, ast.Pass) else revision.lines[first - 1 : end]
    return Edit(first, end, "\n".join([*kept, *(indent + line for line in code.splitlines())]))


def import_added(revision: Revision, code: str) -> Edit:
    """Put an import above the first one of the file that is not from `__future__`."""
    for node in revision.tree.body:
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__"):
            return Edit(node.lineno, node.lineno, f"{code}\n{revision.lines[node.lineno - 1]}")
    first = revision.tree.body[0]
    end = first.end_lineno or first.lineno
    return Edit(first.lineno, end, "\n".join([*revision.lines[first.lineno - 1 : end], "", code]))


def statement_of(revision: Revision, call: ast.Call) -> ast.stmt | None:
    """Return the statement that is nothing but `call`."""
    for node in ast.walk(revision.tree):
        if isinstance(node, ast.Expr) and node.value is call:
            return node
    return None


def removed(revision: Revision, node: ast.stmt) -> Edit:
    """Take `node` away; where it was all there is in its block, a `pass` remains."""
    blocks = [
        block
        for parent in ast.walk(revision.tree)
        for block in (getattr(parent, "body", []), getattr(parent, "orelse", []))
        if isinstance(block, list) and node in block
    ]
    if any(len(block) == 1 for block in blocks):
        return replaced(revision, node, "pass")
    return Edit(node.lineno, node.end_lineno or node.lineno, "")


def argument_added(revision: Revision, call: ast.Call, code: str) -> Edit | None:
    """Put one more argument behind the last one of `call`."""
    given = [*call.args, *(one.value for one in call.keywords)]
    if not given:
        return None
    last = max(given, key=lambda one: (one.end_lineno or 0, one.end_col_offset or 0))
    segment = ast.get_source_segment(revision.text, last)
    return replaced(revision, last, f"{segment}, {code}") if segment is not None else None
