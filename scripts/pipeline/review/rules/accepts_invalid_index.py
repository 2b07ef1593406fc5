"""
IF NOT EXISTS takes a broken index for a good one.

A CREATE INDEX CONCURRENTLY that fails leaves an INVALID index behind, which every write maintains and no query uses.
The rerun with IF NOT EXISTS finds the name taken, does nothing, and the revision is recorded as done. Without it the
rerun fails loudly; with a DROP before it, it does its work.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare, quoted, relation, schema_of
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import as_sql, execute, in_autocommit_block, plain
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    severity=Severity.WARNING,
    effect="If building {subject} is cut off, the rerun takes the INVALID index that is left for a good one.",
    remedy="Drop what a cut-off try has left, then create:\n{code}",
    shown_by=None,
)


@rule.in_script
def kept_by_name(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        if statement.kind != "IndexStmt" or not (statement.concurrent and statement.node.if_not_exists):
            continue
        name = str(statement.node.idxname)
        if not any(name in map(bare, one.drops("INDEX")) for one in script.statements[:position]):
            yield Hit(name, statement.line, {"code": _dropped_first(statement, name)})


def _dropped_first(statement: Statement, name: str) -> str:
    schema = schema_of(relation(statement.node.relation))
    index = quoted(f"{schema}.{name}" if schema else name)
    call = statement.call
    create = plain(call) if call and call.name == "create_index" else execute(as_sql(statement.node))
    return in_autocommit_block(execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}") + "\n" + create)
