"""
A new table refers to one that is created further down, so its CREATE TABLE fails: that relation does not exist.

Two tables that refer to each other cannot be ordered; autogenerate writes them in some order all the same. One of the
two keys has to come after both tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.changes import Action, Kind, changes
from pipeline.review.schema.names import constant, given_name, relation, strings
from pipeline.review.schema.references import Reference, references
from pipeline.review.spelling import listed, operations_name, quoted, table_words

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} refers to {parent}, which line {line} creates only later: {direction}() fails here.",
    remedy="create {parent} first, or add the key when both are there: {code}",
)


@rule.in_source
def keys_before_tables(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        created = _created(script)
        for number, statement in enumerate(script.statements):
            for one in references(statement):
                later = created.get(one.needed.name) if one.needed.kind is Kind.TABLE else None
                if later is None or later <= number or (statement.call and statement.call.conditional):
                    continue
                yield Hit(
                    one.user.table or one.user.name, line=statement.line, direction=direction,
                    values={
                        "parent": one.needed.name, "line": str(script.statements[later].line), "direction": direction,
                        "code": _code(revision, one),
                    },
                )  # fmt: skip


def _created(script: Script) -> dict[str, int]:
    """Each new table with the number of its first CREATE; not those that were there and are made anew."""
    found: dict[str, int] = {}
    there: set[str] = set()
    for number, statement in enumerate(script.statements):
        for change in changes(statement):
            if change.thing.kind is not Kind.TABLE:
                continue
            if change.action is Action.MAKE and change.thing.name not in there and not change.tolerant:
                found.setdefault(change.thing.name, number)
            elif change.action is not Action.MAKE:
                there |= {change.thing.name} - set(found)
    return found


def _code(revision: Revision, one: Reference) -> str:
    op = operations_name(revision)
    table = one.user.table or one.user.name
    columns, parents = _columns(one)
    name = one.name or given_name(table, columns, "fkey")
    words, schema = table_words(table)
    parent, parent_schema = table_words(one.needed.name)
    schemas = schema.replace("schema", "source_schema") + parent_schema.replace("schema", "referent_schema")
    key = f"{quoted(name)}, {words}, {parent}, {listed(columns)}, {listed(parents or ['id'])}{schemas}"
    return f"{op}.create_foreign_key({key})"


def _columns(one: Reference) -> tuple[list[str], list[str]]:
    """The columns on both sides of the key, from the CREATE TABLE."""
    for element in getattr(one.statement.node, "table_elts", ()):
        keys = [(element.constraint, None)] if element.HasField("constraint") else []
        if element.HasField("column_def"):
            keys = [(each.constraint, element.column_def.colname) for each in element.column_def.constraints]
        for key, column in keys:
            if constant(key, "contype") == "CONSTR_FOREIGN" and relation(key.pktable) == one.needed.name:
                return ([column] if column else strings(key.fk_attrs)), strings(key.pk_attrs)
    return [f"{one.needed.name}_id"], ["id"]
