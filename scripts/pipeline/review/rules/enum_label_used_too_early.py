"""
A label is added to an enum, and used in the same transaction.

PostgreSQL takes `ALTER TYPE … ADD VALUE` in a transaction, but refuses the label until it is committed ("unsafe use of
new value"), be it in an UPDATE, a default, a CHECK or an index's WHERE. The revision fails every time, on a database
without rows, too. A type that the same transaction created is the exception.

Two revisions are one transaction as well when both are pending and env.py runs all in one: each passes alone, on the
author's machine, and both together fail where they are deployed.
"""

from collections.abc import Iterator
from dataclasses import replace

from postgast import pg_query_pb2 as pg

from pipeline.review.history import History
from pipeline.review.lineage import Lineage
from pipeline.review.pending import PER_MIGRATION, pending_statements, together
from pipeline.review.reading.conditions import every, literals
from pipeline.review.reading.ddl import LABEL, READERS, TYPE, Action
from pipeline.review.reading.differences import Difference, added, differences
from pipeline.review.reading.naming import among, bare, quoted, words
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


@rule.in_history
def used_with_the_revision_before(history: History) -> Iterator[Hit]:
    statements = pending_statements(history)
    new_types = {name for one in statements for name in _created_type(one)}
    for position, statement in enumerate(statements):
        for before in together(statements, position):
            change = _label(before)
            if change is None or change.table in new_types or change.node.new_val not in literals(statement.node):
                continue
            if _is_of_type(history, statement, bare(change.table)):
                remedy = f"Use it in the next pull request, or let env.py commit each: {PER_MIGRATION}."
                hit = replace(_hit(change, statement.line), remedy=remedy, file=statement.file)
                yield replace(hit, revision=statement.revision, direction=statement.direction)
                break


def _label(statement: Statement) -> Difference | None:
    read = READERS.get(statement.kind)
    for action, kind, name, node, _ in read(statement.node) if read is not None else ():
        if action is Action.ADDS and kind == LABEL:
            return Difference(action, kind, name, statement, 0, node)
    return None


def _created_type(statement: Statement) -> Iterator[str]:
    read = READERS.get(statement.kind)
    yield from (name for action, kind, name, *_ in (read(statement.node) if read else ()) if kind == TYPE)


def _is_of_type(history: History, statement: Statement, type_: str) -> bool:
    """Whether the statement casts to the type, or is about a table with a column of it: else the text is another's."""
    if any(isinstance(one, pg.TypeName) and type_ in words(one.names) for one in every(statement.node)):
        return True
    revision = next(one for one in history.revisions if one.file == statement.file)
    made = Lineage.of(revision).statements(type_)
    columns = [one for past in made for one in (*past.columns, *past.added_columns)]
    return any(bare(one.type_name) == type_ and among(one.table, statement.tables) for one in columns)


def _same_transaction(one: Statement, other: Statement) -> bool:
    return one.transaction == other.transaction and not one.autocommit and not other.autocommit


def _hit(change: Difference, line: int) -> Hit:
    label = str(change.node.new_val)
    add = execute(f"ALTER TYPE {quoted(change.table)} ADD VALUE IF NOT EXISTS '{label}'")
    return Hit(f"{change.table}.{label}", line=line, values={"label": label, "type": change.table, "add": add})
