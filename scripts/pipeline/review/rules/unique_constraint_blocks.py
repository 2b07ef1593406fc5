"""
A unique constraint builds its index while nobody can read or write the table.

ADD UNIQUE takes AccessExclusive and builds the index under it. Built CONCURRENTLY beforehand, the index becomes the
constraint in a moment, with USING INDEX.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare, quoted, schema_of
from pipeline.review.reading.parts import Constraint, Kind
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute, in_autocommit_block, source
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {subject} wait while the index of {constraint} is built.",
    remedy="In a revision of its own:\n{index}\nand in the next one:\n{attach}",
)


@rule.in_sql
def built_constraints(statement: Statement) -> Iterator[Hit]:
    for one in statement.added_constraints:
        if one.kind is Kind.UNIQUE and one.using_index is None and not statement.is_new(one.table):
            yield _hit(one, Severity.WARNING if statement.undoes else Severity.ERROR)


def _hit(unique: Constraint, severity: Severity) -> Hit:
    name = unique.name or f"{bare(unique.table)}_{'_'.join(unique.columns)}_key"
    schema = schema_of(unique.table)
    words = [source(name), source(bare(unique.table)), source(list(unique.columns)), "unique=True"]
    words += [f"schema={source(schema)}"] if schema else []
    words += ["postgresql_nulls_not_distinct=True"] if unique.node.nulls_not_distinct else []
    index = f"op.create_index({', '.join(words)}, postgresql_concurrently=True)"
    attach = f"ALTER TABLE {quoted(unique.table)} ADD CONSTRAINT {quoted(name)} UNIQUE USING INDEX {quoted(name)}"
    values = {"constraint": name, "index": in_autocommit_block(index), "attach": execute(attach)}
    return Hit(unique.table, values=values, severity=severity)
