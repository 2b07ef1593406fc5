"""
A column's type changes to one that PostgreSQL does not turn its values into by itself.

The upgrade fails with DatatypeMismatch, even on an empty table. `postgresql_using` says how. Mind the way back: integer
to text goes by itself, text to integer does not. A default of the old type has to be dropped first and set again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.review.editing import argument_added
from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.script import Call
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.casts import goes_by_itself, spelled, using
from pipeline.review.spelling import argument_node, operations_name, quoted, source, table_words

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="PostgreSQL does not turn {old} into {new} by itself: {direction}() fails at {subject}, whatever is in it.",
    remedy="say how: {code}",
)


@rule.in_source
def types_that_do_not_fit(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        for call in script.called("alter_column"):
            old, new = call.arguments.get("existing_type"), call.arguments.get("type_")
            if call.arguments.get("postgresql_using") is None and goes_by_itself(old, new) is False:
                yield _hit(revision, direction, call)


def _hit(revision: Revision, direction: Direction, call: Call) -> Hit:
    old, new = call.arguments["existing_type"], call.arguments["type_"]
    column = call.arguments.get("column_name")
    name = column if isinstance(column, str) else "column"
    text = source(revision, call.node)
    argument = f"postgresql_using={quoted(using(name, old, new))}"
    with_using = f"{text.removesuffix(')').rstrip().removesuffix(',')}, {argument})"
    default = call.arguments.get("existing_server_default")
    code = f"{_without_default(revision, call, name)}; {with_using}" if not _is_nothing(default) else with_using
    node = argument_node(call, 0 if call.batch else 1, "column_name")
    constant = node is not None and getattr(node, "value", None) == column
    edit = argument_added(revision, call.node, argument) if constant and _is_nothing(default) else None
    return Hit(
        f"{call.table}.{name}", line=call.line, direction=direction,
        severity=Severity.WARNING if call.conditional else None,
        values={"old": spelled(old) or "", "new": spelled(new) or "", "direction": direction, "code": code},
        edits=(edit,) if edit is not None else (),
    )  # fmt: skip


def _is_nothing(default: Any) -> bool:
    return default is None or default is False


def _without_default(revision: Revision, call: Call, name: str) -> str:
    table, schema = table_words(call.table or "")
    return f"{operations_name(revision)}.alter_column({table}, {quoted(name)}, server_default=None{schema})"
