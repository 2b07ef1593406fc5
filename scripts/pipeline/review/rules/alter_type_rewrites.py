"""
A new type makes the server write the whole table and all its indexes again.

ALTER COLUMN … TYPE does it under AccessExclusive, unless the bytes stay the same: varchar made longer, varchar and
text, numeric with more digits at the same scale, cidr to inet, varbit made longer, and timestamp to timestamptz in a
session whose TimeZone is UTC. A key that is referred to is checked again as well, with both tables locked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare, quoted, words_of
from pipeline.review.reading.parts import Change
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.reading.type_changes import Rewrite, Type, as_type, of_sqlalchemy, rewrites
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {table} wait while all its rows and indexes are written again as {type}{unless}.",
    remedy=(
        "In this revision, add a new column:\n{add}\n"
        "let the code write both, fill the new one in batches:\n    {fill}\n"
        "and let a later revision drop {column} and rename {column}_new."
    ),
)


@rule.in_script
def rewriting_changes(script: Script) -> Iterator[Hit]:
    in_utc = False
    domains: dict[str, Type | None] = {}
    for statement in script.statements:
        in_utc = _sets_utc(statement, before=in_utc)
        if statement.kind == "CreateDomainStmt":
            checked = len(statement.node.constraints) > 0
            domains[words_of(statement.node.domainname)] = None if checked else as_type(statement.node.type_name)
        for change in statement.changed("AlterColumnType"):
            old, new = _old_type(statement, change.name or ""), as_type(change.new_type)
            new = domains.get(new.name) or new
            outcome = rewrites(old, new, change.using, change.name or "")
            if outcome is not Rewrite.NO and not (outcome is Rewrite.UNLESS_UTC and in_utc):
                yield _hit(statement, change, old, new, outcome)


def _old_type(statement: Statement, column: str) -> Type | None:
    call = statement.call
    if call is None or call.arguments.get("column_name", column) != column:
        return None
    return of_sqlalchemy(call.arguments.get("existing_type"))


def _sets_utc(statement: Statement, *, before: bool) -> bool:
    node: Any = statement.node
    if statement.kind != "VariableSetStmt" or node.name.lower() not in {"timezone", "time zone"}:
        return before
    return [one.a_const.sval.sval.upper() for one in node.args] in (["UTC"], ["GMT"], ["ETC/UTC"])


def _hit(statement: Statement, change: Change, old: Type | None, new: Type, outcome: Rewrite) -> Hit:
    table, column = change.table, change.name or ""
    values = {
        "table": table,
        "column": column,
        "type": new.text,
        "unless": "" if outcome is Rewrite.YES else f", {outcome.value}",
        "add": execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column + '_new')} {new.text}"),
        "fill": f"UPDATE {quoted(table)} SET {quoted(column + '_new')} = {quoted(column)} WHERE …",
    }
    subject = f"{bare(table)}.{column}"
    if outcome is Rewrite.UNLESS_UTC:
        remedy = f"In UTC nothing is rewritten; before the change:\n{execute(_UTC)}"
        return Hit(subject, statement.line, values, remedy=remedy, severity=Severity.WARNING)
    if outcome is Rewrite.DEPENDS and old is None:
        remedy = f"Tell the old type with existing_type=…, so that the review can tell; if it rewrites:\n{rule.remedy}"
        remedy = remedy.format(subject=subject, **values)
        return Hit(subject, statement.line, values, remedy=remedy, severity=Severity.WARNING)
    certain = outcome is Rewrite.YES and not statement.undoes
    return Hit(subject, statement.line, values, severity=Severity.ERROR if certain else Severity.WARNING)


_UTC = "SET LOCAL timezone = 'UTC'"
