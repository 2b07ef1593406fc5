"""
An UPDATE writes every row of a table in one transaction.

Each row stays locked until the revision commits, so every writer of a row waits for the last one; the table is written
twice over, replicas fall behind, and the time-out of the migration may be what ends it. Batches that commit are the
safe form: from a script beside the migration, or in an autocommit block.

Where a change of the table's schema comes before it in the same transaction, `update-under-lock` says so instead.
"""

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.backfills import lock_held, updates
from pipeline.review.reading.conditions import restricts
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="Every row of {subject} stays locked until the revision commits: whoever writes one waits.",
    remedy="""\
write a range of rows at a time, each committed on its own:
    with op.get_context().autocommit_block():
        {batch}""",
    shown_by=None,
)


@rule.in_script
def unrestricted_updates(script: Script) -> Iterator[Hit]:
    for update in updates(script):
        if not restricts(update.statement.node) and lock_held(script, update) is None:
            yield Hit(update.table, line=update.statement.line, values={"batch": update.in_batches})
