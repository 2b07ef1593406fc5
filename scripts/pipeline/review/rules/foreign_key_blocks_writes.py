"""
A foreign key is checked for every row while writes to both tables wait.

ADD FOREIGN KEY takes ShareRowExclusive on the table and on the one it refers to, and reads all rows under it. NOT VALID
takes the same locks for a moment only, and holds for new rows from then on; VALIDATE reads the old ones while
everybody writes. It has to be in a later transaction, or the locks are still held. A new column that is NULL in every
row needs no check: `inline_references=True` makes it known to the server. (On a partitioned table, NOT VALID needs 18.)
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import bare, quoted, schema_of
from pipeline.review.reading.parts import Column, Constraint, Kind
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import edits_for, execute, not_valid, source, with_keyword
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Writes to {subject} and to {referred} wait while every row of {subject} is checked.",
    remedy="In this revision:\n{code}\nand in the next revision:\n{validate}",
)


@rule.in_script
def validating_foreign_keys(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        for one in statement.added_constraints:
            if one.kind is not Kind.FOREIGN_KEY or one.not_valid or statement.is_new(one.table):
                continue
            if not one.inline or _is_filled(statement, one):
                yield _hit(statement, one, empty=_made_by_the_same_call(script.statements[:position], statement, one))


def _made_by_the_same_call(before: list[Statement], statement: Statement, key: Constraint) -> bool:
    """Alembic's add_column sends the key after the column, which is NULL everywhere unless it has a default."""
    same = (one for one in before if one.call is not None and one.call is statement.call)
    return any(column.name in key.columns and not _filled(column) for one in same for column in one.added_columns)


def _is_filled(statement: Statement, key: Constraint) -> bool:
    """An added column that is NULL everywhere is not checked; one with a default is."""
    return any(_filled(column) for column in statement.added_columns if column.name in key.columns)


def _filled(column: Column) -> bool:
    return column.default is not None or column.serial or column.identity or column.generated is not None


def _hit(statement: Statement, key: Constraint, *, empty: bool) -> Hit:
    call = statement.call
    name = key.name or f"{bare(key.table)}_{'_'.join(key.columns)}_fkey"
    values = {
        "referred": key.referred or "",
        "validate": execute(f"ALTER TABLE {quoted(key.table)} VALIDATE CONSTRAINT {quoted(name)}"),
    }
    if call is not None and call.name == "add_column" and empty:
        code = with_keyword(call, "inline_references", "True")
        remedy = f"A new column that is NULL in every row needs no check:\n{code}"
        return Hit(key.table, statement.line, values, remedy=remedy, edits=edits_for(statement, code))
    if call is not None and call.name == "create_foreign_key":
        code = with_keyword(call, "postgresql_not_valid", "True")
        return Hit(key.table, statement.line, values | {"code": code}, edits=edits_for(statement, code))
    if call is not None and call.name == "add_column":
        code = _as_call(key, name)
        return Hit(key.table, statement.line, values | {"code": "the column without its ForeignKey, then\n" + code})
    return Hit(key.table, statement.line, values | {"code": execute(not_valid(statement))})


def _as_call(key: Constraint, name: str) -> str:
    referred = key.referred or ""
    words = [bare(key.table), bare(referred), list(key.columns), list(key.referred_columns)]
    schemas = {"source_schema": schema_of(key.table), "referent_schema": schema_of(referred)}
    given = "".join(f", {word}={source(schema)}" for word, schema in schemas.items() if schema)
    return f"op.create_foreign_key({source(name)}, {', '.join(map(source, words))}{given}, postgresql_not_valid=True)"
