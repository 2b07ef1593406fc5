"""
A table, a view or a schema gets another name while the release in production still uses the old one.

Every query of that release fails until traffic moves. Keep the name in the database and change it in Python alone
(`__tablename__` stays), or leave a view under the old name in the same transaction: PostgreSQL lets a simple view be
written to like its table. Such a revision is not complained about, nor is one that swaps two tables.

A downgrade that gives back the name which its upgrade took away repairs the older release, which serves by then.
"""

from collections.abc import Iterator

from pipeline.review.as_python import on_table
from pipeline.review.reading.ddl import SCHEMA, TABLE, VIEW, Action
from pipeline.review.reading.differences import Difference, comes_back, differences, is_new, undone
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.script import Script
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="The release serving traffic still says {subject}: its requests fail.",
    remedy="keep the name and change the class alone, or leave a view behind:\n    {code}",
)


@rule.in_script
def renamed_tables(script: Script) -> Iterator[Hit]:
    found = differences(script)
    for change in found:
        if (
            change.action is Action.RENAMES
            and change.kind in {TABLE, VIEW, SCHEMA}
            and not is_new(change, found)
            and not comes_back(change, found)
            and not undone(change, script.undoes)
        ):
            values = {"code": _view(change)}
            yield Hit(change.name, line=change.statement.line, values=values, remedy=_of_a_schema(change))


def _of_a_schema(change: Difference) -> str | None:
    if change.kind != SCHEMA:
        return None
    return f"create the tables of {change.new_name} beside those of {change.name}, and drop the old ones later."


def _view(change: Difference) -> str:
    new = str(change.new_name)
    schema, _, bare = new.rpartition(".")
    moved = schema != change.name.rpartition(".")[0]
    rename = (
        execute(f"ALTER TABLE {quoted(change.name)} SET SCHEMA {quoted(schema or 'public')}")
        if moved
        else on_table("rename_table", change.name, bare)
    )
    return f"{rename}\n{execute(f'CREATE VIEW {quoted(change.name)} AS SELECT * FROM {quoted(new)}')}"
