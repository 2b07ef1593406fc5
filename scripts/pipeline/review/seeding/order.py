"""
Parents are filled before their children. Where keys go round in a circle one has to wait: if it may be NULL, it is
until its parent has rows; if it may not, it points nowhere until then, and the server must be kept from looking.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.review.seeding.catalog import ForeignKey, Table


@dataclass(frozen=True)
class Turn:
    """A table's turn to be filled, with the keys that have to wait for their parents."""

    table: Table
    waiting: tuple[ForeignKey, ...] = ()
    blind: tuple[ForeignKey, ...] = ()
    """Those that may not be NULL: they point nowhere at first."""


def in_order(tables: Sequence[Table], liked: Mapping[int, Collection[int]]) -> tuple[Turn, ...]:
    """
    Return every table's turn, parents first; a key of a table to itself waits for nothing.

    `liked` are tables that a table would rather come after, without a key that asks for it.
    """
    remaining = {table.oid: table for table in tables}
    turns = []
    while remaining:
        free = [table for table in remaining.values() if not _open(table, remaining)]
        free = [table for table in free if not remaining.keys() & liked.get(table.oid, ())] or free
        if free:
            turns += [Turn(table) for table in free]
        else:
            free = [_first_of_circle(remaining)]
            keys = _open(free[0], remaining)
            blind = tuple(key for key in keys if not _may_be_null(free[0], key))
            turns.append(Turn(free[0], tuple(key for key in keys if key not in blind), blind))
        for table in free:
            del remaining[table.oid]
    return tuple(turns)


def _open(table: Table, remaining: dict[int, Table]) -> list[ForeignKey]:
    return [key for key in table.keys if key.parent in remaining and key.parent != table.oid]


def _may_be_null(table: Table, key: ForeignKey) -> bool:
    nullable = [table.column(column).nullable for column in key.columns]
    return all(nullable) if key.match_full else any(nullable)


def _first_of_circle(remaining: dict[int, Table]) -> Table:
    """Return the table of a circle that has the fewest keys which may not be NULL."""

    def reached(table: Table) -> set[int]:
        seen: set[int] = set()
        ahead = [key.parent for key in _open(table, remaining)]
        while ahead:
            oid = ahead.pop()
            if oid not in seen:
                seen.add(oid)
                ahead += [key.parent for key in _open(remaining[oid], remaining)]
        return seen

    in_circle = [table for table in remaining.values() if table.oid in reached(table)]
    return min(
        in_circle,
        key=lambda table: sum(not _may_be_null(table, key) for key in _open(table, remaining)),
    )
