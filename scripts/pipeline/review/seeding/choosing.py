"""
Which values a column takes is asked of the server, before a row is made: a value that its own check forbids would
cost every other value of its row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from pipeline.review.seeding.catalog import Check, Column, Connection, Table, constant
from pipeline.review.seeding.making import Index, Maker, cycle, maker
from pipeline.review.seeding.mining import Mined, mined
from pipeline.review.seeding.pools import ANYTHING, pool
from pipeline.review.seeding.proposals import proposed_makers, proposed_values
from pipeline.review.seeding.spelling import name

_SAMPLE = 48
_VARIETY = 8
"""So many different values are as good as all of them."""


@dataclass(frozen=True)
class Supply:
    """The values of a column: `pool` holds the nasty ones that it takes, `make` the rest."""

    pool: tuple[str, ...]
    make: Maker | None


class Chooser:
    """Asks the server; what it has answered once is not asked again."""

    def __init__(self, connection: Connection, plain: bool) -> None:
        self._connection = connection
        self._plain = plain
        self._answers: dict[str, tuple[Any, ...] | None] = {}

    def supply(self, table: Table, column: Column) -> Supply:
        """Choose the values of a column by the checks that name no other column."""
        own = _own(table, column)
        said = mined(column.name, (check.sql for check in table.checks if column.name in check.columns))
        of_domain = mined("value", column.kind.checks)
        for ours, more in zip(vars(said).values(), vars(of_domain).values(), strict=True):
            ours.extend(more)
        default = constant(column.default)
        proposed = [
            *([default] if default else []),
            *(["'empty'"] if column.excluded and column.kind.subtype else pool(column.kind, self._plain)),
            *proposed_values(column.kind, said),
        ]
        values = self._taken(table, column, own, list(dict.fromkeys(proposed)))
        # Where nothing is asked of a value, what makes it is tried once for all columns of its type.
        place = self._best(table, column, own, _makers(column, said, "" if _is_free(column, own) else column.name))
        make = _makers(column, said, column.name)[place] if place is not None else None
        return Supply(tuple(values), make or (cycle(values) if values else None))

    def takes_null(self, table: Table, column: Column) -> bool:
        return column.nullable and bool(self._taken(table, column, _own(table, column), ["NULL"]))

    def _taken(self, table: Table, column: Column, checks: list[Check], values: list[str]) -> list[str]:
        """Return those of `values` that can be cast, and that the checks let in."""
        if not values:
            return []
        kept = self._asked(table, column, checks, values)
        if kept is None:
            middle = len(values) // 2
            halves = (values[:middle], values[middle:]) if middle else ()
            return [value for half in halves for value in self._taken(table, column, checks, half)]
        return [value for value, good in zip(values, kept, strict=True) if good]

    def _asked(self, table: Table, column: Column, checks: list[Check], values: list[str]) -> tuple[bool, ...] | None:
        kind = column.kind.spelled
        relation, called = _names(table, column, checks)
        rows = ", ".join(f"({number}, CAST({value} AS {kind}))" for number, value in enumerate(values))
        query = (
            f"SELECT coalesce({_conditions(column, called, checks)}, true) "
            f"FROM (VALUES {rows}) AS {relation} ({name('#')}, {called}) ORDER BY {name('#')}"
        )
        return self._answer(query)

    def _best(self, table: Table, column: Column, checks: list[Check], makers: Iterable[Maker]) -> int | None:
        """Return which is the first maker whose values are all taken and differ, or else the one with the most such."""
        most: float = 0
        best: int | None = None
        relation, called = _names(table, column, checks)
        for place, make in enumerate(makers):
            value = make(Index("i", "(hashint8extended(i, 5) & 9223372036854775807)"))
            cast = f"CAST({value} AS {column.kind.spelled}) AS {called}"
            query = (
                f"SELECT CASE WHEN ({_conditions(column, called, checks)}) IS NOT FALSE THEN {called}::text END "
                f"FROM (SELECT {cast} "
                f"FROM generate_series(1::bigint, {_SAMPLE} * 211, 211) i) AS {relation}"
            )
            taken = [one for one in self._answer(query) or () if one is not None]
            share = len(taken) / _SAMPLE * min(len(set(taken)), _VARIETY) / _VARIETY
            if share > most:
                most, best = share, place
            if share == 1:
                break
        return best

    def _answer(self, query: str) -> tuple[Any, ...] | None:
        """Return None where the server could not even compute it; its checks are not known to be harmless."""
        if query not in self._answers:
            try:
                with self._connection.transaction():
                    self._answers[query] = tuple(row[0] for row in self._connection.execute(query).fetchall())
            except psycopg.Error:
                self._answers[query] = None
        return self._answers[query]


def _own(table: Table, column: Column) -> list[Check]:
    return [check for check in table.checks if check.columns == {column.name} and not check.only_a_hint]


def _names(table: Table, column: Column, checks: list[Check]) -> tuple[str, str]:
    """What the table and the column are called in a question: what no condition names is asked once for all columns."""
    return ("one", "value") if _is_free(column, checks) else (name(table.name), name(column.name))


def _is_free(column: Column, checks: list[Check]) -> bool:
    return not checks and not column.kind.checks


def _makers(column: Column, said: Mined, salt: str) -> list[Maker]:
    usual = maker(column.kind, salt)
    return [*([usual] if usual else _guesses()), *proposed_makers(column.kind, said, salt)]


def _conditions(column: Column, called: str, checks: list[Check]) -> str:
    own = [f"({check.sql})" for check in checks]
    # The last one is true of any value, but makes the server compute it.
    return " AND ".join([*own, *domain_conditions(column), f"num_nulls({called}) >= 0"])


def domain_conditions(column: Column) -> list[str]:
    """The checks of a domain, asked of a column that still has the base type."""
    return [f"(SELECT {sql} FROM (SELECT {name(column.name)} AS value) AS v)" for sql in column.kind.checks]


def _guesses() -> list[Maker]:
    """For types without a recipe: a number or a digest may parse."""
    return [
        lambda index: f"{index.number}::text",
        lambda index: f"md5({index.number}::text)",
        *(cycle([one]) for one in ANYTHING),
    ]
