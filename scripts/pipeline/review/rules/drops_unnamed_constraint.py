"""
A constraint is dropped by the name `None`, which no constraint has: Alembic refuses it each time.

Autogenerate writes it for constraints that the models do not name. It is mostly in a downgrade, so nobody sees it
until production has to go back. PostgreSQL has given the constraint a name, and that name can be written down.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.editing import replaced
from pipeline.review.finding import Direction, Edit
from pipeline.review.reading.script import Call
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.unnamed import dropped_without_name, what_it_drops
from pipeline.review.spelling import argument_node, operations_name, quoted, source, table_words

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="Alembic cannot drop a constraint of {subject} by the name None: {direction}() fails here, every time.",
    remedy="name it where it is made, and here: {code}",
)


@rule.in_source
def dropped_by_none(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        for call in dropped_without_name(script):
            yield _hit(revision, direction, call)


def _hit(revision: Revision, direction: Direction, call: Call) -> Hit:
    made = what_it_drops(revision, direction, call)
    table = call.table or "the table"
    name = quoted("THE_NAME") if made is None else made.code
    edits = () if made is None else tuple(_edits(revision, call, made.code))
    words, schema = table_words(table)
    given = argument_node(call, 1, "table_name")
    if call.table is None and given is not None:
        words, schema = source(revision, given), ""
    type_ = call.arguments.get("type_") or (made.type_ if made else None)
    typed = f", type_={quoted(type_)}" if isinstance(type_, str) else ""
    code = f"{operations_name(revision)}.drop_constraint({name}, {words}{typed}{schema})"
    hint = "" if made else r" (`\d " + table + "` in psql lists the names)"
    return Hit(
        table, line=call.line, direction=direction, edits=edits,
        values={"direction": direction, "code": code + hint},
    )  # fmt: skip


def _edits(revision: Revision, call: Call, name: str) -> Iterator[Edit]:
    node = argument_node(call, 0, "constraint_name", "name")
    if node is not None:
        yield replaced(revision, node, name)
