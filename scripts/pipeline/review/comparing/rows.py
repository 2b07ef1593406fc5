"""
What a revision did to the rows: which are gone, which values are others now, which columns took theirs along.

Both databases are copies of one, so a table is found again by its object id and a column by its number, however they
are called by now; what was dropped and made again is found by its name. Most tables are the same in both: one number
for each side says so. Only where it differs are rows laid side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pipeline.review.comparing.catalog import quoted
from pipeline.review.comparing.merging import Merged, Row, merge
from pipeline.review.comparing.shape import Pair, Paired, Table, pair_tables, read_tables
from pipeline.review.comparing.values import SESSION, Expression, plainly, texts

Connection = psycopg.Connection[Any]
_ROWS_AT_ONCE = 2_000
_LETTERS = 40
_CANDIDATES = 30
"""In more pairs of gone and added columns than this nobody looks for values that moved."""


@dataclass(frozen=True)
class Example:
    """One changed value; None is NULL."""

    key: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        return f"{self.key}: {_short(self.before)} → {_short(self.after)}"


@dataclass(frozen=True)
class ColumnChange:
    """A column with other values in `rows` of the `of` rows that are still there. `now` is its name now."""

    column: str
    now: str
    rows: int
    of: int
    examples: tuple[Example, ...] = ()

    def __str__(self) -> str:
        shown = f" ({'; '.join(map(str, self.examples))})" if self.examples else ""
        return f"rows changed in column {quoted(self.column)}: {self.rows} of {self.of}{shown}"


@dataclass(frozen=True)
class ColumnGone:
    """A column that is gone with `values` that were not NULL; `moved_to` has them all, if one has."""

    column: str
    values: int
    moved_to: str | None = None

    def __str__(self) -> str:
        if self.moved_to is not None:
            return f"column {quoted(self.column)} gone, its values moved to {quoted(self.moved_to)}"
        return f"column {quoted(self.column)} gone with {self.values} values"


@dataclass(frozen=True)
class TableChange:
    """What became of the rows that `table` (its name before) had."""

    table: str
    rows: int
    dropped: bool = False
    lost: int = 0
    added: int = 0
    changed: tuple[ColumnChange, ...] = ()
    gone: tuple[ColumnGone, ...] = ()

    @property
    def emptied(self) -> bool:
        return not self.dropped and self.rows > 0 and self.lost == self.rows

    @property
    def loses(self) -> bool:
        """Something that was there is nowhere now; what was added or moved is no loss."""
        return bool((self.dropped and self.rows) or self.lost or self.changed) or any(
            one.moved_to is None for one in self.gone
        )

    def __str__(self) -> str:
        if self.dropped:
            return f"{self.table}: dropped with {self.rows} rows"
        said = [f"emptied of {self.rows} rows" if self.emptied else f"{self.lost} rows lost"] if self.lost else []
        said += [f"{self.added} rows added"] if self.added else []
        return f"{self.table}: " + ", ".join([*said, *map(str, self.changed), *map(str, self.gone)])


@dataclass(frozen=True)
class SequenceSetBack:
    """A sequence that will give numbers again which it has given: None is one that starts anew."""

    sequence: str
    before: int
    after: int | None

    def __str__(self) -> str:
        return f"sequence {self.sequence}: {self.before} → {'its start' if self.after is None else self.after}"


Sums = dict[str, Any]
"""What a database answered to a question about all rows of a table."""


def compare_rows(before: Connection, after: Connection, known: Sums | None = None) -> tuple[TableChange, ...]:
    """
    Return what became of the rows of `before`, table by table; the sessions are left as they were.

    Whoever compares `before` with several others may keep what is `known` of it.
    """
    with before.transaction(force_rollback=True), after.transaction(force_rollback=True):
        for connection in (before, after):
            connection.execute(SESSION)
        pairs, gone = pair_tables(read_tables(before), read_tables(after))
        found = [TableChange(table.shown, _count(before, table), dropped=True) for table in gone]
        with ThreadPoolExecutor(2) as both:
            old_and_new = (
                [(one.before, _plain(one, 0)) for one in pairs],
                [(one.after, _plain(one, 1)) for one in pairs],
            )
            sums = both.map(_sums, (before, after), old_and_new, ({} if known is None else known, {}))
            for paired, old, new in zip(pairs, *sums, strict=True):
                if old != new or paired.gone or len(paired.alike) < len(paired.pairs):
                    change = _compare(before, after, paired)
                    if change.lost or change.added or change.changed or change.gone:
                        found.append(change)
    return tuple(sorted(found, key=lambda change: change.table))


def sequences_set_back(before: Connection, after: Connection) -> tuple[SequenceSetBack, ...]:
    """Return the sequences that went back: the next rows would get keys that others have, or had."""
    old, new = _positions(before), _positions(after)
    by_name = {name: place for name, place, _ in new.values()}
    found = []
    for oid, (name, place, step) in old.items():
        now = new[oid][1] if oid in new else by_name.get(name, place)
        if place is not None and (now is None or (now - place) * step < 0):
            found.append(SequenceSetBack(name, place, now))
    return tuple(sorted(found, key=lambda one: one.sequence))


def _positions(connection: Connection) -> dict[int, tuple[str, int | None, int]]:
    rows = connection.execute(
        "SELECT c.oid::bigint, n.nspname, c.relname, pg_sequence_last_value(c.oid), s.seqincrement FROM pg_sequence s "
        "JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    )
    return {oid: (f"{quoted(schema)}.{quoted(name)}", last, step) for oid, schema, name, last, step in rows}


def _count(connection: Connection, table: Table) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table.rows)).fetchone()
    return int(row[0]) if row else 0


def _plain(paired: Paired, side: int) -> list[Expression]:
    return [sql.Identifier((pair.before, pair.after)[side].name) for pair in paired.alike]


def _row_of(values: Sequence[Expression]) -> Expression:
    return sql.SQL("ROW({})::text").format(sql.SQL(", ").join(values))


def _sums(connection: Connection, tables: list[tuple[Table, list[Expression]]], known: Sums) -> list[Any]:
    """For each table, how many rows it has and a number that is another one when any of them is; in no order."""
    sums = []
    for table, values in tables:
        question = sql.SQL("SELECT count(*), sum(hashtextextended({}, 0)) FROM {}").format(_row_of(values), table.rows)
        words = question.as_string(connection)
        if words not in known:
            known[words] = connection.execute(question).fetchone()
        sums.append(known[words])
    return sums


def _compare(before: Connection, after: Connection, paired: Paired) -> TableChange:
    tables = (paired.before, paired.after)
    both = [texts(before, after, tables, (pair.before, pair.after)) for pair in paired.pairs]
    gone = [column for column in paired.gone if not column.generated]
    added = paired.added if len(gone) * len(paired.added) <= _CANDIDATES else ()
    moved = [[texts(before, after, tables, (column, other)) for other in added] for column in gone]
    key = _key(before, after, paired)
    keys = _row_of([plainly(pair.before) for pair in key]), _row_of([plainly(pair.after) for pair in key])
    old = [row[0][0] if row else plainly(column) for row, column in zip(moved, gone, strict=True)]
    merged = merge(
        _stream(before, paired.before, keys[0], [one for one, _ in both], old),
        _stream(after, paired.after, keys[1], [one for _, one in both], [one for row in moved for _, one in row]),
        len(gone), len(added),
    )  # fmt: skip
    changed = []
    for place, pair in enumerate(paired.pairs):
        if merged.changed[place]:
            examples = _examples(before, after, paired, merged, place, keys) if paired.key else ()
            names = (pair.before.name, pair.after.name)
            changed.append(ColumnChange(*names, merged.changed[place], merged.matched, examples))
    lost = [
        ColumnGone(column.name, merged.gone[place], _moved_to(merged, place, [one.name for one in added]))
        for place, column in enumerate(gone)
        if merged.gone[place]
    ]
    rows = merged.matched + merged.lost
    return TableChange(
        paired.before.shown, rows, lost=merged.lost, added=merged.added, changed=tuple(changed), gone=tuple(lost)
    )


def _moved_to(merged: Merged, place: int, added: list[str]) -> str | None:
    return next((name for other, name in enumerate(added) if not merged.differing[place, other]), None)


def _key(before: Connection, after: Connection, paired: Paired) -> Sequence[Pair]:
    """What a row is found again by: its key, else the columns that hold the same values as ever, else all of it."""
    if paired.key:
        return paired.key
    old = _sums(before, [(paired.before, [plainly(pair.before)]) for pair in paired.alike], {})
    new = _sums(after, [(paired.after, [plainly(pair.after)]) for pair in paired.alike], {})
    same = [pair for pair, one, other in zip(paired.alike, old, new, strict=True) if one == other]
    return same or paired.alike


def _stream(
    connection: Connection, table: Table, key: Expression, values: list[Expression], others: list[Expression]
) -> Iterator[Row]:
    hashes = [sql.SQL("hashtextextended({}, 0)").format(one) for one in (*values, *others)]
    question = sql.SQL('SELECT md5({}) COLLATE "C", md5({}), {} FROM {} ORDER BY 1').format(
        key, _row_of(values), sql.SQL(", ").join(hashes or [sql.SQL("NULL").format()]), table.rows
    )
    with connection.cursor(name="review_rows") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(question)
        for identity, digest, *numbers in cursor:
            yield Row(identity, digest, tuple(numbers[: len(values)]), tuple(numbers[len(values) :]))


def _examples(  # noqa: PLR0917 - both databases, and what is asked of both.
    before: Connection,
    after: Connection,
    paired: Paired,
    merged: Merged,
    place: int,
    keys: tuple[Expression, Expression],
) -> tuple[Example, ...]:
    pair, wanted = paired.pairs[place], merged.examples[place]
    shown = sql.SQL(", ").join(plainly(one.before) for one in paired.key or ())
    question = sql.SQL(
        "SELECT md5({0}), left({1}::text, 200), concat_ws(', ', {2}) FROM {3} WHERE md5({0}) = ANY ({4})"
    )
    # As literals: with parameters, a % in somebody's column name would be a placeholder.
    some = sql.Literal(wanted)
    old = before.execute(question.format(keys[0], sql.Identifier(pair.before.name), shown, paired.before.rows, some))
    was = {key: (value, name) for key, value, name in old}
    new = after.execute(
        question.format(keys[1], sql.Identifier(pair.after.name), sql.SQL("''"), paired.after.rows, some)
    )
    now = {key: value for key, value, _ in new}
    return tuple(Example(was[key][1], was[key][0], now[key]) for key in wanted)


def _short(value: str | None) -> str:
    if not value:
        return "NULL" if value is None else "''"
    return value if len(value) <= _LETTERS else value[: _LETTERS - 1] + "…"
