"""
A serial or identity column numbers the rows that are there, by writing the whole table again.

Each row gets the sequence's next value, under AccessExclusive.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import bare, quoted, schema_of
from pipeline.review.reading.parts import Column
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {table} wait while every row is written again to number it.",
    remedy=(
        "In this revision:\n{code}\nthen number the rows that are there in batches, outside of the revisions, "
        "with nextval('{sequence}')."
    ),
)

_TYPES = {"smallserial": "smallint", "serial2": "smallint", "bigserial": "bigint", "serial8": "bigint"}


@rule.in_sql
def numbered_columns(statement: Statement) -> Iterator[Hit]:
    for column in statement.added_columns:
        if (column.serial or column.identity) and not statement.is_new(column.table):
            yield Hit(f"{column.table}.{column.name}", values=_values(column))


def _values(column: Column) -> dict[str, str]:
    table, name = quoted(column.table), quoted(column.name)
    schema = schema_of(column.table)
    sequence = quoted(f"{schema + '.' if schema else ''}{bare(column.table)}_{column.name}_seq")
    type_ = _TYPES.get(column.type_name, "integer" if column.serial else column.type)
    steps = [
        f"ALTER TABLE {table} ADD COLUMN {name} {type_}",
        f"CREATE SEQUENCE {sequence} OWNED BY {table}.{name}",
        f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT nextval('{sequence}')",
    ]
    return {"table": column.table, "sequence": sequence, "code": "\n".join(map(execute, steps))}
