"""What one direction of a revision does: its calls of Alembic's operations, and the SQL these stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.review.finding import Direction, NotAnalysed
from pipeline.review.reading.statement import Statement


@dataclass(frozen=True)
class Call:
    """
    One call of an operation (`op.add_column(…)`), or of `execute` on the migration's connection.

    A `batch_op` call reads like the plain one: `arguments` has table_name and schema either way.
    """

    name: str
    """The operation's name as on `op`: add_column, create_foreign_key, execute, create_entity …"""
    arguments: dict[str, Any]
    """By parameter name of Alembic's own signature; what could not be told is an `Unknown`."""
    node: ast.Call
    line: int
    text: str
    """The call as it stands in the file."""
    transaction: int
    autocommit: bool
    batch: bool = False
    conditional: bool = False
    """True below an `if` that reading cannot decide, in a loop over something unknown, or in an `except`."""
    in_file: bool = True
    """False for a statement inside a DO block, for which nothing but the block stands in the file."""
    operation: Any = None
    """Alembic's own MigrateOperation (AddColumnOp …), when the arguments were known well enough to make one."""

    @property
    def table(self) -> str | None:
        """The table it works on, with its schema when one is named; None when there is none or it is unknown."""
        for key in ("table_name", "old_table_name", "source_table"):
            name = self.arguments.get(key)
            if isinstance(name, str):
                schema = self.arguments.get("schema") or self.arguments.get("source_schema")
                return f"{schema}.{name}" if isinstance(schema, str) else str(name)
        return None


@dataclass
class Script:
    """All that one direction does, in order."""

    file: Path
    revision: str
    direction: Direction
    line: int
    """Where the function is defined."""
    calls: list[Call] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    not_analysed: list[NotAnalysed] = field(default_factory=list)
    spellings: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What the file writes for each placeholder that stands in names and SQL."""
    undoes: Script | None = field(default=None, compare=False, repr=False)
    """What this downgrade takes back: the upgrade of the same revision. None for an upgrade."""
    undone_by: Script | None = field(default=None, compare=False, repr=False)
    """The downgrade of the same revision. None for a downgrade."""

    def called(self, *names: str) -> Iterator[Call]:
        return (call for call in self.calls if call.name in names)
