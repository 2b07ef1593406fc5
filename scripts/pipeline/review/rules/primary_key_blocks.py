"""
A primary key builds its index, and checks for NULL, while nobody can read or write the table.

ADD PRIMARY KEY takes AccessExclusive, reads the table for NULLs and builds the index under it. With the columns NOT
NULL first and the index built CONCURRENTLY, USING INDEX takes a moment. USING INDEX over a column that may be NULL
still reads the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare, quoted, same, schema_of
from pipeline.review.reading.parts import Constraint, Kind
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute, in_autocommit_block, source
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {subject} wait while {constraint} is built and its columns are searched for NULL.",
    remedy="First make the columns NOT NULL; then, in a revision of its own:\n{index}\nand in the next one:\n{attach}",
)


@rule.in_script
def built_primary_keys(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        for one in statement.added_constraints:
            if one.kind is not Kind.PRIMARY_KEY or statement.is_new(one.table):
                continue
            if one.using_index is None:
                yield _hit(statement, one, Severity.WARNING if statement.undoes else Severity.ERROR)
            elif not _not_null_before(script.statements[:position], one):
                yield _hit(statement, one, Severity.INFO)  # Most likely it is: nobody can tell from here.


def _not_null_before(before: list[Statement], key: Constraint) -> bool:
    return any(same(one.table, key.table) and one.kind == "SetNotNull" for past in before for one in past.changes)


def _hit(statement: Statement, key: Constraint, severity: Severity) -> Hit:
    name = key.name or f"{bare(key.table)}_pkey"
    schema = schema_of(key.table)
    where = f", schema={source(schema)}" if schema else ""
    words = f"{source(name)}, {source(bare(key.table))}, {source(list(key.columns))}, unique=True{where}"
    index = f"op.create_index({words}, postgresql_concurrently=True)"
    attach = f"ALTER TABLE {quoted(key.table)} ADD CONSTRAINT {quoted(name)} PRIMARY KEY USING INDEX {quoted(name)}"
    values = {"constraint": name, "index": in_autocommit_block(index), "attach": execute(attach)}
    remedy = None if key.using_index is None else "Make sure the index's columns are NOT NULL before this revision."
    return Hit(key.table, statement.line, values, remedy=remedy, severity=severity)
