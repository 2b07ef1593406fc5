"""
A revision empties a table: TRUNCATE, or DELETE without WHERE.

The rows are gone when the revision commits, and its downgrade cannot bring them back. TRUNCATE also keeps every reader
away until then, and with CASCADE it empties each table that refers to this one.

A table that the same direction made is empty or its own business; so is one in a downgrade that the upgrade made.
"""

from collections.abc import Iterator

from postgast import pg_query_pb2 as pg

from pipeline.review.reading.conditions import restricts
from pipeline.review.reading.ddl import TABLE, Action, relation
from pipeline.review.reading.differences import Difference, added, differences, is_new
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    effect="Every row of {subject} is deleted{more}, and nothing brings them back.",
    remedy="name the rows that must go, and keep the rest:\n    {delete}",
)


@rule.in_script
def emptied_tables(script: Script) -> Iterator[Hit]:
    found = differences(script)
    own = added(script.undoes, TABLE)
    for position, statement in enumerate(script.statements):
        for name, more in _emptied(statement):
            change = Difference(Action.DROPS, TABLE, name, statement, position, statement.node)
            if name not in own and not is_new(change, found):
                delete = f'op.execute("DELETE FROM {name} WHERE …")'
                yield Hit(name, line=statement.line, values={"more": more, "delete": delete})


def _emptied(statement: Statement) -> Iterator[tuple[str, str]]:
    if statement.kind == "TruncateStmt":
        cascade = statement.node.behavior == pg.DROP_CASCADE
        for one in statement.node.relations:
            yield relation(one.range_var), " with all rows of tables that refer to it" if cascade else ""
    elif statement.kind == "DeleteStmt" and not restricts(statement.node):
        yield relation(statement.node.relation), ""
