"""
Creating a partition in place needs the whole partitioned table for itself alone.

CREATE TABLE … PARTITION OF takes AccessExclusive on the parent. A table that is made first and attached then takes
ShareUpdateExclusive there, behind which nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import quoted, relation
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import as_sql, execute
from pipeline.review.rule import Harm, Hit, Rule, Shown

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="It waits for every running query on {subject}, and all later ones wait behind it.",
    remedy="Make the table, then attach it:\n{create}\n{attach}",
    shown_by=Shown.LOCK,
)


@rule.in_sql
def partitions_in_place(statement: Statement) -> Iterator[Hit]:
    if statement.kind != "CreateStmt" or not statement.node.HasField("partbound"):
        return
    parent, partition = relation(statement.node.inh_relations[0].range_var), relation(statement.node.relation)
    if not statement.is_new(parent):
        bound = as_sql(statement.node).partition(f"PARTITION OF {quoted(parent)} ")[2] or "FOR VALUES …"
        create = f"CREATE TABLE {quoted(partition)} (LIKE {quoted(parent)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        attach = f"ALTER TABLE {quoted(parent)} ATTACH PARTITION {quoted(partition)} {bound}"
        yield Hit(parent, values={"create": execute(create), "attach": execute(attach)})
