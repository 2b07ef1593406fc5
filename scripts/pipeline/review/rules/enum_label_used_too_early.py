"""
A label is added to an enum, and used in the same transaction.

PostgreSQL takes `ALTER TYPE … ADD VALUE` in a transaction, but refuses the label until it is committed ("unsafe use of
new value"), be it in an UPDATE, a default, a CHECK or an index's WHERE. The revision fails every time, on a database
without rows, too. A type that the same transaction created is the exception.
"""

from collections.abc import Iterator

from pipeline.review.reading.conditions import literals
from pipeline.review.reading.ddl import LABEL, TYPE, Action
from pipeline.review.reading.differences import Difference, added, differences
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect='PostgreSQL refuses "{label}" in the transaction that adds it to {type}: the revision fails.',
    remedy="""\
add the label in a revision of its own, before this one, or commit it first:
    with op.get_context().autocommit_block():
        {add}""",
)


@rule.in_script
def used_before_the_commit(script: Script) -> Iterator[Hit]:
    own = added(script, TYPE)
    labels = [
        change
        for change in differences(script)
        if change.action is Action.ADDS and change.kind == LABEL and change.table not in own
    ]
    for position, statement in enumerate(script.statements):
        for change in labels:
            early = change.position < position and _same_transaction(change.statement, statement)
            if early and change.node.new_val in literals(statement.node):
                yield _hit(change, statement.line)
                break


def _same_transaction(one: Statement, other: Statement) -> bool:
    return one.transaction == other.transaction and not one.autocommit and not other.autocommit


def _hit(change: Difference, line: int) -> Hit:
    label = str(change.node.new_val)
    add = execute(f"ALTER TYPE {quoted(change.table)} ADD VALUE IF NOT EXISTS '{label}'")
    return Hit(f"{change.table}.{label}", line=line, values={"label": label, "type": change.table, "add": add})
