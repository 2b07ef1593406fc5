"""
A table, or a schema full of tables, disappears while the release in production still reads it.

Every request that touches the table fails until traffic moves, and a rollback finds nothing to go back to: a
downgrade that creates the table again creates it empty. `DROP OWNED BY` is the same for all that a role owns.
A drop that autogenerate wrote is often a table that some other program made, or a model that was not imported.

In a downgrade the older release serves already and never knew a table that the upgrade made; dropping any other table
is what `downgrade-takes-more` is about.
"""

from collections.abc import Iterator

from pipeline.review.as_python import on_table
from pipeline.review.finding import Direction
from pipeline.review.reading.ddl import SCHEMA, TABLE, Action
from pipeline.review.reading.differences import Difference, differences, is_new
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.script import Script
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BREAKS_RUNNING_CODE,
    effect="The release serving traffic still uses {subject}: its requests fail, and nothing brings the rows back.",
    remedy="""\
first pull request: remove the models of {subject}, and let its revision do nothing
next pull request, when that release serves and a dump is kept:
    {drop}  # review: allow drop-table -- unused since the last release""",
)


@rule.in_script
def dropped_tables(script: Script) -> Iterator[Hit]:
    if script.direction is not Direction.UPGRADE:
        return
    found = differences(script)
    for change in found:
        if change.action is Action.DROPS and change.kind in {TABLE, SCHEMA} and not is_new(change, found):
            subject = change.name if change.kind == TABLE else f"schema {change.name}"
            yield Hit(subject, line=change.statement.line, values={"drop": _drop(change)})
    for statement in script.statements:
        if statement.kind == "DropOwnedStmt":
            roles = ", ".join(role.role_spec.rolename or "the current role" for role in statement.node.roles)
            remedy = f"drop by name, in the pull request after the one that stops using it, what {roles} should lose."
            yield Hit(f"everything that {roles} owns", line=statement.line, remedy=remedy)


def _drop(change: Difference) -> str:
    if change.kind == SCHEMA:
        return execute(f"DROP SCHEMA {quoted(change.name)}")
    return on_table("drop_table", change.name)
