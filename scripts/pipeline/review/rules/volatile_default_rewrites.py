"""
A default that is different for every row makes the server write the whole table again.

ADD COLUMN with a constant, or with `now()`, is done in a moment: the value is kept beside the table. A volatile
default (`gen_random_uuid()`, `random()`, `clock_timestamp()`, `nextval()`, and any function of your own that was not
declared otherwise) has to be computed for each row, under AccessExclusive.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import quoted
from pipeline.review.reading.parts import Column
from pipeline.review.reading.sql_expressions import expression_text, volatile_functions
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {table} wait while every row is written again with a {function}() of its own.",
    remedy=(
        "In this revision:\n{add}\n{default}\n"
        "then fill the rows that are there in batches, outside of the revisions:\n    {fill}\n"
        "and make it NOT NULL, if it is to be, in a later revision."
    ),
)


@rule.in_sql
def computed_for_every_row(statement: Statement) -> Iterator[Hit]:
    for column in statement.added_columns:
        if column.default is None or statement.is_new(column.table):
            continue
        for function in volatile_functions(column.default)[:1]:
            yield Hit(f"{column.table}.{column.name}", values=_values(column, function))


def _values(column: Column, function: str) -> dict[str, str]:
    table, name, value = quoted(column.table), quoted(column.name), expression_text(column.default)
    return {
        "table": column.table,
        "function": function,
        "add": execute(f"ALTER TABLE {table} ADD COLUMN {name} {column.type}"),
        "default": execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {value}"),
        "fill": f"UPDATE {table} SET {name} = {value} WHERE {name} IS NULL AND …",
    }
