"""
Rows are written while the same transaction holds a table that it has altered.

ALTER TABLE is over in a moment, but its AccessExclusive lock lasts until the commit. An UPDATE, DELETE or INSERT …
SELECT behind it in the same revision keeps every reader and writer of the altered table waiting for as long as it
takes: seconds for thousands of rows, an outage for millions. Alter in one revision, write in the next.

An UPDATE of rows that a WHERE picks may be short, so that is a warning.
"""

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.backfills import lock_held, writes
from pipeline.review.reading.conditions import restricts
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="{locked} was altered in this transaction: nobody can read it while {subject} is being written.",
    remedy="""\
put the writing into a revision of its own, after this one, in batches that commit:
    with op.get_context().autocommit_block():
        {batch}""",
    shown_by=None,
)


@rule.in_script
def written_behind_an_alter(script: Script) -> Iterator[Hit]:
    for write in writes(script):
        locked = lock_held(script, write)
        if locked is not None:
            severity = Severity.WARNING if restricts(write.statement.node) else None
            values = {"locked": locked, "batch": write.in_batches}
            yield Hit(write.table, line=write.statement.line, values=values, severity=severity)
