"""
A type, or a label of an enum, gets another name while the release in production still says the old one.

SQLAlchemy casts what it binds (`%(mood)s::mood`), so a renamed type fails its INSERTs; of a renamed label, an INSERT
fails and a SELECT raises LookupError, because Python's enum does not have it.

A type that is renamed to make place for a new one of its name, in one transaction, is there all the time.
"""

from collections.abc import Iterator

from pipeline.review.reading.ddl import LABEL, TYPE, Action
from pipeline.review.reading.differences import comes_back, differences, is_new, undone
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="The release serving traffic still says {subject}: its requests that use it fail.",
    remedy="keep {old} in the database and rename in Python alone: {how}.",
)


@rule.in_script
def renamed_types(script: Script) -> Iterator[Hit]:
    found = differences(script)
    for change in found:
        if (
            change.action is Action.RENAMES
            and change.kind in {TYPE, LABEL}
            and not is_new(change, found)
            and not comes_back(change, found)
            and not undone(change, script.undoes)
        ):
            values = f'Enum(…, values_callable=…) maps the new member to "{change.column}"'
            how = values if change.kind == LABEL else f'Enum(…, name="{change.column}")'
            yield Hit(
                f"{change.kind} {change.name}", line=change.statement.line, values={"old": change.column, "how": how}
            )
