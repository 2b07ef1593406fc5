"""
The one INSERT that fills a table: numbers become rows, checks that span columns sift them, conflicts are passed over.

The first rows walk through the nasty values of every column, each column from another one on. Later rows meet NULL,
the nasty values and the ordinary ones by a hash of their number: never random, so that a seed is a database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.review.seeding.catalog import Check, Column, ForeignKey, Table
from pipeline.review.seeding.choosing import Supply, domain_conditions
from pipeline.review.seeding.keys import Parents
from pipeline.review.seeding.making import Index
from pipeline.review.seeding.spelling import name

_ORPHANS = 8
_LONG = 1_000
"""Characters."""
_NASTY = 5
"""One row of so many, after the walk, meets a nasty value again."""


@dataclass(frozen=True)
class Plan:
    """
    What a table's rows are made from.

    `start` is the first number, where the walk through nasty values begins, `first` the first of this batch.
    `blank` are the columns of keys that wait;
    `own` are keys to the table itself that may not be NULL, and are met by the row's own.
    """

    table: Table
    columns: tuple[Column, ...]
    supplies: Mapping[str, Supply]
    nulls: frozenset[str]
    parents: tuple[Parents, ...]
    blank: frozenset[str]
    own: tuple[ForeignKey, ...]
    start: int
    first: int
    spread: int
    seed: int

    def insert(self, numbers: str, most: int | None = None, guarded: bool = True) -> str:
        """
        Return the INSERT of rows with `numbers`, a FROM item; conflicts that are passed over count for `most`.

        Unguarded it fails as the application's own would.
        """
        listed = ", ".join(name(column.name) for column in self.columns)
        override = " OVERRIDING SYSTEM VALUE" if any(column.identity for column in self.columns) else ""
        target = f"{self.table.sql} ({listed}){override}" if listed else self.table.sql
        conditions = self._conditions() if guarded else []
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        passing = " ON CONFLICT DO NOTHING" if guarded else ""
        rows = f"SELECT {listed} FROM {self._generated(numbers)}{where} ORDER BY {self._number} LIMIT {most or 'ALL'}"
        return f"INSERT INTO {target} {rows}{passing}"

    def _conditions(self) -> list[str]:
        given = {column.name for column in self.columns} | {c.name for c in self.table.columns if c.generated}
        checks = [f"({one.sql}) IS NOT FALSE" for one in self.table.checks if _sifts(one) and one.columns <= given]
        needed = [f"{name(column.name)} IS NOT NULL" for column in self.columns if not column.nullable]
        return needed + checks + [f"{one} IS NOT FALSE" for column in self.columns for one in domain_conditions(column)]

    def _generated(self, numbers: str) -> str:
        """Wrap the rows once more where a check may look at a generated column."""
        rows = self._rows(numbers)
        called = name(self.table.name)
        replaced = {
            ours: f"coalesce({name(ours)}, {name(theirs)})"
            for key in self.own
            for ours, theirs in zip(key.columns, key.parent_columns, strict=True)
            if ours != theirs
        }
        if replaced:
            listed = ", ".join(
                f"{replaced.get(column.name, name(column.name))} AS {name(column.name)}" for column in self.columns
            )
            rows = f"(SELECT {self._number}, {listed} FROM {rows} AS {called})"
        computed = [column for column in self.table.columns if column.generated and column.default]
        if computed:
            listed = ", ".join(f"({column.default}) AS {name(column.name)}" for column in computed)
            rows = f"(SELECT *, {listed} FROM {rows} AS {called})"
        return f"{rows} AS {called}"

    def _rows(self, numbers: str) -> str:
        hashes = ", ".join(f"{self._hash(column.name)} AS {_h(number)}" for number, column in enumerate(self.columns))
        picks = ", ".join(
            f"{self._pick(parents)} AS {name(f'#p{number}')}" for number, parents in enumerate(self.parents)
        )
        drawn = ", ".join(filter(None, [f"i AS {self._number}", hashes, picks]))
        joins, known = [], dict[str, str]()
        for number, parents in enumerate(self.parents):
            joins.append(parents.joins(f"r.{name(f'#p{number}')}", known))
            known |= {one: parents.column(one) for one in parents.key.columns if one not in known}
        values = [
            f"CAST({self._value(number, column, known)} AS {column.kind.spelled}) AS {name(column.name)}"
            for number, column in enumerate(self.columns)
        ]
        # OFFSET 0 keeps the server from computing a value anew in each place that mentions it.
        return (
            f"(SELECT {', '.join([f'r.{self._number}', *values])} FROM (SELECT {drawn} FROM {numbers} OFFSET 0) AS r "
            f"{' '.join(joins)} OFFSET 0)"
        )

    def _value(self, number: int, column: Column, known: Mapping[str, str]) -> str:
        if column.name in self.blank and column.nullable:
            return "NULL"
        hashed = f"r.{_h(number)}"
        if column.name in known:
            return self._referring(number, column, known[column.name], hashed)
        return self._drawn(number, column, hashed)

    def _referring(self, number: int, column: Column, parent: str, hashed: str) -> str:
        parents = next(one for one in self.parents if column.name in one.key.columns)
        if parents.key.soft:
            made = f"CAST({self._drawn(number, column, hashed)} AS {column.kind.spelled})"
            return f"CASE WHEN {hashed} / 64 % {_ORPHANS} = 0 THEN {made} ELSE {parent} END"
        if parents.key.match_full or not column.nullable or all(self._nullable(parents.key)):
            return parent
        return f"CASE WHEN {hashed} / 64 % {self._one_in(column)} = 0 THEN NULL ELSE {parent} END"

    def _drawn(self, number: int, column: Column, hashed: str) -> str:
        supply = self.supplies[column.name]
        position = f"(r.{self._number} - {self.start})"
        numbered = f"r.{self._number}" if self._counts_up(column) else f"({hashed} / 1024 % {self.spread} + 1)"
        made = supply.make(Index(numbered, f"({hashed} / 512)")) if supply.make else "NULL"
        if column.counted or column.name in self.blank:
            return made  # A key that points nowhere must not be one that another row has.
        # Each with its type, or the one of the first would be everybody's.
        pool = [f"CAST({one} AS {column.kind.spelled})" for one in supply.pool]
        if column.alone and self.start > 1:
            pool = []  # They are there already, and a row in conflict is lost with all its values.
        walk = [*pool[:1], *(["NULL"] if column.name in self.nulls else []), *pool[1:]]
        cases = (
            [f"WHEN {position} < {len(walk)} THEN {_picked(walk, f'({position} + {number}) % {len(walk)}')}"]
            if walk
            else []
        )
        if column.name in self.nulls:
            cases.append(f"WHEN {hashed} % {self._one_in(column)} = 0 THEN NULL")
        again = [one for one in pool if not _is_long(one)]
        if again and not column.alone:
            drawn = _picked(again, f"{hashed} / 4096 % {len(again)}")
            cases.append(f"WHEN {hashed} / 16 % {_NASTY} = 0 THEN {drawn}")
        return f"CASE {' '.join(cases)} ELSE CAST({made} AS {column.kind.spelled}) END" if cases else made

    def _pick(self, parents: Parents) -> str:
        """The number of a parent; NULL where the key may be."""
        key = parents.key
        if len(key.columns) == 1 and self.table.column(key.columns[0]).alone:
            number = f"i - {self.first}"
        else:
            number = f"{self._hash(key.name)} / 4096"
        if key.soft or not all(self._nullable(key)):
            return f"({number})"
        column = self.table.column(key.columns[0])
        return f"CASE WHEN {self._hash(key.name)} % {self._one_in(column)} = 0 THEN NULL ELSE {number} END"

    def _nullable(self, key: ForeignKey) -> list[bool]:
        return [column in self.nulls for column in key.columns]

    def _one_in(self, column: Column) -> int:
        """How rare NULL is: where checks weigh columns against each other every second is."""
        return 2 if any(column.name in one.columns and len(one.columns) > 1 for one in self.table.checks) else 8

    def _counts_up(self, column: Column) -> bool:
        if column.alone or column.counted:
            return True
        compared = any(column.name in one.columns and len(one.columns) > 1 for one in self.table.checks)
        return column.together and not compared

    @property
    def _number(self) -> str:
        """What the rows' numbers are called while they are no rows yet: like none of the columns."""
        called = "#"
        while any(column.name == called for column in self.table.columns):
            called += "#"
        return name(called)

    def _hash(self, of: str) -> str:
        salt = int.from_bytes(hashlib.sha256(f"{self.seed} {self.table.label} {of}".encode()).digest()[:7], "big")
        return f"(hashint8extended(i, {salt}) & 9223372036854775807)"


def _is_long(value: str) -> bool:
    """Once in a column is enough: in each fiftieth row these would be nine tenths of what is written and compared."""
    return len(value) > _LONG or "repeat(" in value


def _sifts(check: Check) -> bool:
    return not check.only_a_hint


def _h(number: int) -> str:
    return name(f"#h{number}")


def _picked(values: Sequence[str], place: str) -> str:
    if len(values) == 1:
        return values[0]
    cases = " ".join(f"WHEN {number} THEN {value}" for number, value in enumerate(values))
    return f"CASE {place} {cases} END"
