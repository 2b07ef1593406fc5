"""A script directory as Alembic would see it, told from the text of its files: nothing is imported."""

from __future__ import annotations

import ast
from pathlib import Path

from pipeline.review.finding import Direction
from pipeline.review.reading.read import read_script
from pipeline.review.revision import Revision


def read_revision(file: Path, postgresql_version: int = 18) -> Revision:
    """Parse `file` and read both of its directions. Raises SyntaxError for what is not Python."""
    text = file.read_text(encoding="utf-8")
    revision = parse_revision(file, text)
    for direction in Direction:
        script = read_script(revision, direction, postgresql_version)
        if script is not None:
            revision.scripts[direction] = script
    upgrade, downgrade = (revision.scripts.get(direction) for direction in (Direction.UPGRADE, Direction.DOWNGRADE))
    if upgrade is not None and downgrade is not None:
        upgrade.undone_by, downgrade.undoes = downgrade, upgrade
    return revision


def parse_revision(file: Path, text: str) -> Revision:
    """Make a Revision of `text`. Raises SyntaxError."""
    tree = ast.parse(text, filename=str(file))
    named = _attributes(tree)
    return Revision(
        file=file,
        text=text,
        tree=tree,
        id=str(named.get("revision", "")),
        down=_ids(named.get("down_revision")),
        depends_on=_ids(named.get("depends_on")),
        labels=_ids(named.get("branch_labels")),
    )


def _attributes(tree: ast.Module) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                try:
                    found[target.id] = ast.literal_eval(node.value)
                except ValueError:
                    continue
    return found


def _ids(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list | tuple | set):
        return tuple(str(one) for one in value)
    return (str(value),)
