"""
The revisions that a branch adds, where the project runs all of them in one transaction.

That is what Alembic does unless env.py asks for `transaction_per_migration`: what passes one revision at a time may
fail, or block, when two are applied together. Whether it does is told by the text of env.py, and where that leaves a
doubt, nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pipeline.review.finding import Direction
from pipeline.review.history import History
from pipeline.review.reading.read import read_script
from pipeline.review.reading.statement import Statement
from pipeline.review.source_text import NotPython, decode, parse

_OPTION = "transaction_per_migration"
PER_MIGRATION = f"context.configure(…, {_OPTION}=True)"


def pending_statements(history: History) -> list[Statement]:
    """Return the statements of all upgrades that the branch adds, in order; none where each has its transaction."""
    if len(history.added) <= 1 or not runs_all_in_one_transaction(history.directory / "env.py"):
        return []
    added = [one for one in history.revisions if one.id in history.added and one.tree.body]
    ordered = sorted(added, key=lambda revision: history.graph.order.get(revision.id, 0))
    scripts = [read_script(revision, Direction.UPGRADE) for revision in ordered]
    return [statement for script in scripts if script is not None for statement in script.statements]


def together(statements: list[Statement], later: int) -> Iterator[Statement]:
    """Yield those of earlier revisions that are in the transaction of the statement at `later`."""
    here = statements[later]
    if here.autocommit:
        return
    for one in reversed(statements[:later]):
        if one.autocommit or one.kind == "TransactionStmt":  # It commits what came before.
            return
        if one.revision != here.revision:
            yield one


def runs_all_in_one_transaction(env: Path) -> bool:
    """Tell whether env.py runs all migrations in one transaction for certain."""
    try:
        text = decode(env.read_bytes())
        tree = parse(text, str(env))
    except (OSError, NotPython):
        return False
    nodes = list(ast.walk(tree))
    words = {one.attr for one in nodes if isinstance(one, ast.Attribute)}
    words |= {one.id for one in nodes if isinstance(one, ast.Name)}
    texts = {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    asked = [one.value for one in nodes if isinstance(one, ast.keyword) and one.arg == _OPTION]
    refused = all(isinstance(one, ast.Constant) and one.value is False for one in asked)
    plain = not texts & {_OPTION, "AUTOCOMMIT"}
    return refused and plain and {"begin_transaction", "run_migrations"} <= words
