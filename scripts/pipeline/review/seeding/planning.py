"""Puts together what a table's rows are made from: which columns are given, from which supply, after which parents."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.review.seeding.candidates import Plan
from pipeline.review.seeding.catalog import Column, ForeignKey, Table
from pipeline.review.seeding.choosing import Chooser, Supply
from pipeline.review.seeding.keys import KeyRing, Parents, look_alikes
from pipeline.review.seeding.making import maker
from pipeline.review.seeding.order import Turn


def planner(  # noqa: PLR0917 - called once, with all that a seeding holds.
    chooser: Chooser, keys: KeyRing, tables: dict[int, Table], turn: Turn, wanted: int, seed: int
) -> Callable[[int, int], Plan]:
    """Return what makes the plan of a batch, from its start and first number, with the parents of that moment."""
    table = turn.table
    postponed = {*turn.waiting, *turn.blind}
    # Keys that must be met choose first; those that may be NULL find a parent beside them or stay NULL.
    met = sorted((key for key in table.keys if key not in postponed), key=lambda key: _may_be_null(table, key))
    own = tuple(key for key in met if key.parent == table.oid and not _may_be_null(table, key))
    columns = _given(table, {column for key in own for column in key.parent_columns})
    supplies = {column.name: _supply(chooser, table, column) for column in columns}
    nulls = frozenset(column.name for column in columns if chooser.takes_null(table, column))
    kept = {column for key in met for column in key.columns}
    blank = frozenset(column for key in postponed for column in key.columns) - kept
    soft = [one for one in look_alikes(table, tables) if table.column(one.columns[0]) in columns]

    def plan(start: int, first: int) -> Plan:
        parents: list[Parents] = []
        known: set[str] = set()
        for number, key in enumerate([*met, *soft]):
            shared = tuple(column for column in key.columns if column in known)
            if len(shared) == len(key.columns):
                continue
            once = table if len(key.columns) == 1 and table.column(key.columns[0]).alone and not key.soft else None
            found = keys.parents(key, shared, f"f{number}", key.parent == table.oid, once)
            if found is None or (key.soft and not found.rows):
                continue
            parents.append(found)
            known |= set(key.columns)
        return Plan(
            table, columns, supplies, nulls, tuple(parents), blank, own, start, first, max(wanted // 2, 7), seed
        )  # fmt: skip

    return plan


def _may_be_null(table: Table, key: ForeignKey) -> bool:
    return any(table.column(column).nullable for column in key.columns)


def _given(table: Table, referred: set[str]) -> tuple[Column, ...]:
    """Leave out what the server fills: generated columns, and numbers of a sequence that a row need not know."""
    in_key = {column for key in table.keys for column in key.columns}
    known = in_key | referred | table.partition_columns
    return tuple(
        column for column in table.columns if not column.generated and (not column.counted or column.name in known)
    )


def _supply(chooser: Chooser, table: Table, column: Column) -> Supply:
    if column.counted:
        return Supply((), maker(column.kind, column.name))
    return chooser.supply(table, column)
