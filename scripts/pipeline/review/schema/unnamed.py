"""Constraints that are made or dropped by the name `None`, and the name that the server gives to them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Call, Script
from pipeline.review.revision import Revision
from pipeline.review.schema.names import given_name
from pipeline.review.spelling import argument_node, quoted

_SUFFIX = {
    "create_unique_constraint": "key", "create_foreign_key": "fkey", "create_check_constraint": "check",
    "create_primary_key": "pkey", "create_exclude_constraint": "excl",
}  # fmt: skip
_TYPES = {"key": "unique", "fkey": "foreignkey", "check": "check", "pkey": "primary"}


@dataclass(frozen=True)
class Unnamed:
    """A constraint made without a name. `given` is what PostgreSQL calls it."""

    call: Call
    table: str
    given: str
    type_: str
    argument: ast.expr | None

    @property
    def code(self) -> str:
        """The name as code: made of the author's variable when a loop works on several tables."""
        node = argument_node(self.call, 1, "source_table", "table_name") if not self.call.batch else None
        if isinstance(node, ast.Name) and self.given.startswith(self.table):
            return f'f"{{{node.id}}}{self.given.removeprefix(self.table)}"'
        return quoted(self.given)


def made_without_name(script: Script) -> Iterator[Unnamed]:
    """Yield what `op.create_…constraint(None, …)` makes: none of the constraints inside a create_table."""
    taken: Counter[str] = Counter()
    for call in script.called(*_SUFFIX):
        table = call.table
        if table is None or not _is_none(call, "constraint_name"):
            continue
        suffix = _SUFFIX[call.name]
        given = given_name(table, _columns(call, suffix), suffix)
        number = taken[given]
        taken[given] += 1
        name = f"{given}{number}" if number else given
        yield Unnamed(call, table, name, _TYPES.get(suffix, suffix), argument_node(call, 0, "constraint_name", "name"))


def dropped_without_name(script: Script) -> Iterator[Call]:
    """Yield each `op.drop_constraint(None, …)`."""
    yield from (call for call in script.called("drop_constraint") if _is_none(call, "constraint_name"))


def what_it_drops(revision: Revision, direction: Direction, dropped: Call) -> Unnamed | None:
    """
    Return the unnamed constraint of the other direction that `dropped` is about.

    Autogenerate drops in the reverse order, so the nth of a table and type from the end is the nth from the start.
    """
    other = Direction.DOWNGRADE if direction is Direction.UPGRADE else Direction.UPGRADE
    here, there = revision.scripts.get(direction), revision.scripts.get(other)
    if here is None or there is None:
        return None
    wanted = dropped.arguments.get("type_")
    fits = [one for one in made_without_name(there) if one.table == dropped.table and wanted in {None, one.type_}]
    same = [
        one for one in dropped_without_name(here)
        if one.table == dropped.table and one.arguments.get("type_") == wanted
    ]  # fmt: skip
    place = next(number for number, one in enumerate(same) if one.node is dropped.node)
    return fits[-1 - place] if place < len(fits) else None


def _is_none(call: Call, name: str) -> bool:
    return name in call.arguments and call.arguments[name] is None


def _columns(call: Call, suffix: str) -> list[str]:
    columns = call.arguments.get("local_cols" if suffix == "fkey" else "columns", ())
    if suffix in {"pkey", "check", "excl"} or not isinstance(columns, list | tuple):
        return []
    return [one for one in columns if isinstance(one, str)]
