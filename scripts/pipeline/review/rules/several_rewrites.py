"""
A table is read or written from end to end several times, where one ALTER TABLE would do it once.

The subcommands of one ALTER TABLE share one pass over the table. Each call of Alembic's is a statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import as_sql, changed, execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.INFO,
    effect="Reads and writes of {subject} wait for {count} passes over all its rows, where one would do.",
    remedy="One ALTER TABLE for all of them:\n{code}",
)

_PASSES = {"AlterColumnType", "SetNotNull"}


@rule.in_script
def passes(script: Script) -> Iterator[Hit]:
    together: dict[tuple[str, int], list[Statement]] = {}
    for statement in script.statements:
        if any(True for _ in statement.changed(*_PASSES)):
            together.setdefault((statement.changes[0].table, statement.transaction), []).append(statement)
    for (table, _), several in together.items():
        if len(several) > 1:
            node = changed(several[0].node)
            for other in several[1:]:
                node.cmds.extend(other.node.cmds)
            yield Hit(table, several[1].line, {"count": str(len(several)), "code": execute(as_sql(node))})
