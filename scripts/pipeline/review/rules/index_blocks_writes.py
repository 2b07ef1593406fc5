"""
An index is built while every write to its table waits.

CREATE INDEX holds a Share lock until its transaction ends: reads go on, each INSERT, UPDATE and DELETE waits. Built
CONCURRENTLY it waits for writers instead, which it cannot do inside a transaction. A partitioned table has no
CONCURRENTLY: create the index ON ONLY the parent, CONCURRENTLY on each partition, and attach them.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import relation
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import (
    as_sql,
    changed,
    edits_for,
    execute,
    in_autocommit_block,
    only_operation,
    stands_alone,
    with_keyword,
)
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Every INSERT, UPDATE and DELETE on {subject} waits while {index} is built.",
    remedy="In a revision of its own:\n{code}",
)


@rule.in_script
def plain_indexes(script: Script) -> Iterator[Hit]:
    for statement in script.statements:
        if statement.kind != "IndexStmt" or statement.concurrent or not statement.node.relation.inh:
            continue
        table = relation(statement.node.relation)
        if not statement.is_new(table):
            code = in_autocommit_block(_concurrently(statement))
            edits = edits_for(statement, code) if only_operation(script, statement) else ()
            values = {"index": statement.node.idxname or "an index", "code": code}
            yield Hit(table, statement.line, values, edits=edits)


def _concurrently(statement: Statement) -> str:
    if statement.call is not None and statement.call.name == "create_index" and stands_alone(statement):
        return with_keyword(statement.call, "postgresql_concurrently", "True")
    return execute(as_sql(changed(statement.node, concurrent=True)))
