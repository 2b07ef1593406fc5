"""
Which foreign keys a table has at a moment, and to which tables they lead: dropping one locks these, too.

A DROP names the key or the column at most. What it leads to is told by the statement that made it: in an earlier
revision, in the one that is undone, or in the downgrade that would bring it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.review.lineage import Lineage
from pipeline.review.reading.naming import among, bare, same
from pipeline.review.reading.parts import Change, Constraint, Kind
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.schema.names import given_name

_LOOKS_LIKE_A_KEY = (("fk_",), ("_fkey", "_fk"))


@dataclass(frozen=True)
class Dropped:
    """A foreign key that goes; `parent` is None where it is known to be one and not where it leads."""

    table: str
    name: str
    parent: str | None


def dropped_keys(script: Script, position: int) -> Iterator[Dropped]:
    """Yield the foreign keys that the statement at `position` drops, on tables that were there before."""
    statement = script.statements[position]
    for table in statement.drops("TABLE"):
        if not statement.is_new(table):
            for name, key in _keys(script, position, table).items():
                yield Dropped(table, name, key.referred)
    for change in statement.changed("DropConstraint", "DropColumn"):
        keys = _keys(script, position, change.table)
        if change.kind == "DropColumn":
            gone = {name: key for name, key in keys.items() if change.name in key.columns}
            yield from (Dropped(change.table, name, key.referred) for name, key in gone.items())
        elif change.name in keys:
            yield Dropped(change.table, change.name, keys[change.name].referred)
        elif change.name and _says_it_is_one(statement, change.name):
            yield Dropped(change.table, change.name, None)


def _says_it_is_one(statement: Statement, name: str) -> bool:
    kind = statement.call.arguments.get("type_") if statement.call is not None else None
    starts, ends = _LOOKS_LIKE_A_KEY
    return kind == "foreignkey" or (kind is None and (name.startswith(starts) or name.endswith(ends)))


def _keys(script: Script, position: int, table: str) -> dict[str, Constraint]:
    """The foreign keys of `table` by name, just before the statement at `position`."""
    undone = script.undoes.statements if script.undoes is not None else []
    earlier = Lineage.of_script(script).statements(bare(table))
    found: dict[str, Constraint] = {}
    for statement in (*earlier, *undone, *script.statements[:position]):
        _follow(found, statement, table)
    back = script.undone_by.statements if script.undone_by is not None else []
    # What the downgrade brings back must be what goes here; what it had dropped before, it made itself.
    return dict(_added(back, table)) | found


def _follow(found: dict[str, Constraint], statement: Statement, table: str) -> None:
    if among(table, statement.drops("TABLE")):
        found.clear()
    for change in statement.changes:
        if same(change.table, table):
            _forget(found, change)
    found.update(_added([statement], table))


def _forget(found: dict[str, Constraint], change: Change) -> None:
    if change.kind == "DropConstraint":
        found.pop(change.name or "", None)
    elif change.kind == "DropColumn":
        for name in [name for name, key in found.items() if change.name in key.columns]:
            del found[name]


def _added(statements: Iterable[Statement], table: str) -> Iterator[tuple[str, Constraint]]:
    for statement in statements:
        for one in (*statement.constraints, *statement.added_constraints):
            if one.kind is Kind.FOREIGN_KEY and same(one.table, table):
                yield one.name or given_name(table, one.columns, "fkey"), one
