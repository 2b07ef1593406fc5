"""
A stored generated column is computed for every row, by writing the whole table again.

The server does it under AccessExclusive. From PostgreSQL 18 on a VIRTUAL column is computed when it is read, and is
added in a moment; before, a trigger keeps an ordinary column, which can be filled in batches. SET EXPRESSION (17 on)
computes a stored column again in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import bare, quoted
from pipeline.review.reading.parts import Column
from pipeline.review.reading.sql_expressions import expression_text
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {table} wait while every row is written again to store {column}.",
    remedy="{code}",
)

_VIRTUAL = 18


@rule.in_sql
def stored_columns(statement: Statement) -> Iterator[Hit]:
    for column in statement.added_columns:
        if column.generated == "stored" and not statement.is_new(column.table):
            values = {"table": column.table, "column": column.name, "code": _instead(statement, column)}
            yield Hit(f"{column.table}.{column.name}", values=values)
    for change in statement.changed("SetExpression"):  # Of a stored column: VIRTUAL ones (18) cannot be told from here.
        remedy = (
            "Add a column that is computed like this, read that one, and drop the old one in the next pull request."
        )
        values = {"table": change.table, "column": change.name or ""}
        yield Hit(f"{change.table}.{change.name}", values=values, remedy=remedy)


def _instead(statement: Statement, column: Column) -> str:
    table, name, value = quoted(column.table), quoted(column.name), expression_text(column.expression)
    if statement.postgresql_version >= _VIRTUAL:
        virtual = f"ALTER TABLE {table} ADD COLUMN {name} {column.type} GENERATED ALWAYS AS ({value}) VIRTUAL"
        return f"Let it be computed when it is read:\n{execute(virtual)}"
    function = quoted(f"{bare(column.table)}_{column.name}")
    add = execute(f"ALTER TABLE {table} ADD COLUMN {name} {column.type}")
    computed = f"NEW.{name} := (SELECT {value} FROM (SELECT NEW.*) AS new)"
    body = f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN {computed}; RETURN NEW; END $$"
    trigger = execute(
        f"CREATE TRIGGER {function} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    return (
        f"Keep an ordinary column by a trigger:\n{add}\n{execute(body)}\n{trigger}\n"
        "then fill the rows that are there in batches, outside of the revisions."
    )
