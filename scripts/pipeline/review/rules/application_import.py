"""
The revision imports the application, so it means something else after each commit to it.

A model gets a column, a helper is renamed, a constant changes: the revision that worked fails or does another thing on
the next empty database, and on a production that is some releases behind. A revision says for itself what it needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pipeline.review.finding import Severity
from pipeline.review.imports import OwnImport, own_imports
from pipeline.review.models import models_named
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.spelling import alchemy_name, quoted

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="The revision runs whatever {subject} is on the day it is applied: a later commit to the app breaks it.",
    remedy="write into the revision what it needs: {code}",
    shown_by=None,
)

_LEVELS = 3


@rule.in_source
def imports_of_the_application(revision: Revision) -> Iterator[Hit]:
    seen = set()
    for found in own_imports(revision):
        if (found.node.lineno, found.module) in seen or _is_beside_the_revisions(revision, found):
            continue
        seen.add((found.node.lineno, found.module))
        tables = [code for name in found.names if (code := _as_table(revision, name))]
        yield Hit(
            found.module, line=found.node.lineno,
            values={"code": "; ".join(tables) or "a copy of the value, type or function as it is today"},
            severity=None if found.of_models or tables else Severity.WARNING,
        )  # fmt: skip


def _is_beside_the_revisions(revision: Revision, found: OwnImport) -> bool:
    """Helpers that lie with the revisions are part of them, and change with them alone."""
    places = _script_directory(revision.file.resolve().parent)
    parts = found.module.strip(".").split(".")
    # The last part may be a name in the module: `from migrations.helpers import db`.
    tails = [Path(*parts[start:end]) for end in {len(parts), max(1, len(parts) - 1)} for start in range(end)]
    return any(
        (place / tail).with_suffix(".py").is_file() or (place / tail).is_dir() for place in places for tail in tails
    )


def _script_directory(folder: Path) -> list[Path]:
    """The folder of a revision and those that hold it, up to the one with env.py; itself alone where there is none."""
    above = [folder, *folder.parents[:_LEVELS]]
    depth = next((number for number, one in enumerate(above) if (one / "env.py").exists()), 0)
    return above[: depth + 1]


def _as_table(revision: Revision, name: str) -> str | None:
    """Return the class as a table with the columns that the revision uses."""
    used = sorted(
        {
            node.attr
            for node in ast.walk(revision.tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        }
    )
    model = next(iter(models_named(revision, name)), None)
    if model is None:
        return None
    sa = alchemy_name(revision)
    columns = [one for one in used if one in model.columns] or sorted(model.columns)[:3]
    listed = ", ".join(f"{sa}.column({quoted(one)})" for one in columns)
    return f"{model.table} = {sa}.table({quoted(model.table)}, {listed})"
