"""
A column gets another name while the release in production still uses the old one.

Whatever the order of migrating and deploying, one of the two releases meets a name that is not there. Keep the name in
the database, and change it in Python alone: `headline = mapped_column("title", …)`.

A downgrade that gives back the name which its upgrade took away repairs the older release, which serves by then; a
rename that undoes nothing breaks it.
"""

from collections.abc import Iterator

from pipeline.review.reading.ddl import COLUMN, Action
from pipeline.review.reading.differences import added, differences, is_new, undone
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="The release serving traffic still says {subject}: its requests fail.",
    remedy="""\
take the rename out, and rename in the model alone:
    {new} = mapped_column("{old}", …)""",
)


@rule.in_script
def renamed_columns(script: Script) -> Iterator[Hit]:
    found = differences(script)
    for change in found:
        if (
            change.action is Action.RENAMES
            and change.kind == COLUMN
            and not is_new(change, found)
            and not undone(change, script.undoes)
            and change.name not in added(script.undoes, COLUMN)  # Nothing to the older release.
        ):
            new = str(change.new_name).rpartition(".")[2]
            yield Hit(change.name, line=change.statement.line, values={"old": change.column, "new": new})
