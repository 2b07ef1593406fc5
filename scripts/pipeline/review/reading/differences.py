"""
What a script adds, drops and renames, by name, however it was written.

A rule about data asks "which columns go?" and not "which of six SQL statements and two dozen subcommands is this?".
Names are `table`, `schema.table` or `table.column`; `public` is left out, as most revisions leave it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.review.reading.ddl import COLUMN, PARTS, READERS, TABLE, VIEW, Action, plain
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement


@dataclass(frozen=True)
class Difference:
    """One thing that a statement adds, drops or renames; `node` is the clause of the statement that says so."""

    action: Action
    kind: str
    name: str
    statement: Statement
    position: int
    """The statement's place in its script."""
    node: Any
    new_name: str | None = None
    cascade: bool = False

    @property
    def table(self) -> str:
        """The table of a column, of its default, of a constraint; a table is its own."""
        return self.name.rpartition(".")[0] if self.kind in PARTS else self.name

    @property
    def column(self) -> str:
        return self.name.rpartition(".")[2]


def differences(script: Script) -> list[Difference]:
    """All that `script` adds, drops and renames, in its order."""
    return [change for position, one in enumerate(script.statements) for change in _of(one, position)]


def added(script: Script | None, kind: str) -> frozenset[str]:
    """The names of this kind that `script` makes, under the names they have in the end."""
    if script is None:
        return frozenset()
    names: set[str] = set()
    for change in differences(script):
        if change.kind != kind:
            continue
        if change.action is Action.ADDS:
            names.add(change.name)
        elif change.action is Action.RENAMES and change.new_name and change.name in names:
            names.add(change.new_name)
    return frozenset(names)


def is_new(found: Difference, among: Iterable[Difference]) -> bool:
    """Whether the script itself made it, or its table, before: then nobody else knows it yet."""
    if found.table in {plain(name) for name in found.statement.new_tables}:
        return True
    column = found.name if found.kind in PARTS else None
    return any(
        earlier.action is Action.ADDS
        and earlier.position < found.position
        and (
            (earlier.kind == TABLE and earlier.name == found.table)
            or (earlier.kind == found.kind and earlier.name == found.name)
            or (earlier.kind == COLUMN and earlier.name == column)
        )
        for earlier in among
    )


def comes_back(found: Difference, among: Iterable[Difference]) -> bool:
    """Whether something of that name is there again when the transaction ends, so that nobody sees it missing."""
    relations = {TABLE, VIEW}
    kinds = relations if found.kind in relations else {found.kind}
    return any(
        later.position > found.position
        and later.kind in kinds
        and later.statement.transaction == found.statement.transaction
        and not later.statement.autocommit
        and (
            (later.action is Action.ADDS and later.name == found.name)
            or (later.action is Action.RENAMES and later.new_name == found.name)
        )
        for later in among
    )


def _of(statement: Statement, position: int) -> Iterator[Difference]:
    read = READERS.get(statement.kind)
    if read is None:
        return
    for action, kind, name, node, more in read(statement.node):
        yield Difference(action, kind, name, statement, position, node, **more)


def undone(found: Difference, upgrade: Script | None) -> bool:
    """Whether a rename gives back the name that `upgrade` took away."""
    return upgrade is not None and any(
        change.action is Action.RENAMES and change.kind == found.kind and change.name == found.new_name
        for change in differences(upgrade)
    )
