"""
CASCADE drops whatever depends on the thing, and the revision does not say what that is.

A type takes columns along, a view takes other views, a function takes triggers and defaults, a unique constraint takes
other tables' foreign keys. What depends on it in production is not what depends on it on the author's machine, and
the downgrade cannot bring back what nobody wrote down.

A table, column or schema is reported for being dropped at all, so not here again. In a downgrade CASCADE on what the
upgrade made is a warning only: what depends on that came after it, but a later revision may have made it.
"""

from collections.abc import Iterator

from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.ddl import COLUMN, SCHEMA, TABLE
from pipeline.review.reading.differences import added, differences, is_new
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="CASCADE also drops whatever depends on {subject} in production, without naming it.",
    remedy="drop by name what depends on {subject}, then {subject} itself without CASCADE.",
    shown_by=None,
)

_ALREADY_SAID = {TABLE, COLUMN, SCHEMA}


@rule.in_script
def cascading_drops(script: Script) -> Iterator[Hit]:
    found = differences(script)
    for change in found:
        if not change.cascade or is_new(change, found):
            continue
        its_own = change.name in added(script.undoes, change.kind) or change.table in added(script.undoes, TABLE)
        if change.kind in _ALREADY_SAID and not (script.direction is Direction.DOWNGRADE and its_own):
            continue
        severity = Severity.WARNING if its_own else None
        yield Hit(f"{change.kind} {change.name}", line=change.statement.line, severity=severity)
