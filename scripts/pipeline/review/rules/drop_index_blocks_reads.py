"""
Dropping an index needs its table for itself alone.

DROP INDEX takes AccessExclusive on the table: it waits for the longest query that is running, and everybody who comes
after waits behind it. CONCURRENTLY waits for them without being in anybody's way. An index of a table that goes or
comes in the same revision harms nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import among, bare
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
from pipeline.review.rule import Harm, Hit, Rule, Shown

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="DROP INDEX of {subject} waits for every running query on its table, and all later ones wait behind it.",
    remedy="In a revision of its own:\n{code}",
    shown_by=Shown.LOCK,
)


@rule.in_script
def plain_drops(script: Script) -> Iterator[Hit]:
    gone = [name for statement in script.statements for name in statement.drops("TABLE")]
    for position, statement in enumerate(script.statements):
        if not statement.drops("INDEX") or statement.concurrent:
            continue
        table = statement.call.table if statement.call is not None else None
        if table is not None and (statement.is_new(table) or among(table, gone)):
            continue
        names = [name for name in statement.dropped if not _of_new_table(name, script.statements[:position])]
        if names:
            code = in_autocommit_block(_concurrently(statement))
            edits = edits_for(statement, code) if only_operation(script, statement) else ()
            yield Hit(", ".join(names), statement.line, {"code": code}, edits=edits)


def _of_new_table(index: str, before: list[Statement]) -> bool:
    made = (one for one in before if one.kind == "IndexStmt" and one.node.idxname == bare(index))
    return any(one.table is not None and one.is_new(one.table) for one in made)


def _concurrently(statement: Statement) -> str:
    if statement.call is not None and statement.call.name == "drop_index" and stands_alone(statement):
        return with_keyword(statement.call, "postgresql_concurrently", "True")
    # CONCURRENTLY drops one index at a time.
    nodes = [changed(statement.node, concurrent=True) for _ in statement.node.objects]
    for position, node in enumerate(nodes):
        kept = node.objects[position]
        del node.objects[:]
        node.objects.append(kept)
    return "\n".join(execute(as_sql(node)) for node in nodes)
