"""
What one statement makes, drops or renames.

Rules that compare the two directions of a revision look at this and not at calls, so that `op.drop_index`,
`batch_op.drop_index` and `op.execute("DROP INDEX …")` are the same thing to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import postgast

from pipeline.review.reading.statement import Statement
from pipeline.review.reading.unknown import is_unread
from pipeline.review.schema.names import constant, dotted, given_name, relation, strings


class Kind(StrEnum):
    TABLE = "table"
    COLUMN = "column"
    CONSTRAINT = "constraint"
    INDEX = "index"
    TYPE = "type"
    VIEW = "view"
    FUNCTION = "function"
    TRIGGER = "trigger"
    SEQUENCE = "sequence"
    SCHEMA = "schema"


class Action(StrEnum):
    MAKE = "make"
    DROP = "drop"
    RENAME = "rename"


@dataclass(frozen=True)
class Thing:
    """Something with a name. `table` is set for what lives in a table and is dropped by naming it."""

    kind: Kind
    name: str
    table: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.name}" if self.table else self.name


@dataclass(frozen=True)
class Change:
    action: Action
    thing: Thing
    statement: Statement
    new: Thing | None = None
    """What it is called after a rename."""
    table: str = ""
    """The table of an index: a DROP INDEX does not name it."""
    columns: tuple[str, ...] = ()
    """The columns of an index or a constraint, or the owner of a sequence: it goes when one of these goes."""
    tolerant: bool = False
    """IF EXISTS, IF NOT EXISTS or OR REPLACE: doing it twice is no error."""
    cascade: bool = False
    unnamed: bool = False
    """A constraint that the server names; `thing` has the name it gives."""

    @property
    def conditional(self) -> bool:
        return self.statement.call is not None and self.statement.call.conditional


MOVES_ROWS = {
    "InsertStmt", "UpdateStmt", "MergeStmt", "CreateTableAsStmt", "SelectStmt", "DoStmt", "CreateFunctionStmt",
    "CreateTrigStmt",
}  # fmt: skip
"""Statements that can take values from one place to another: here or, in a function, later."""

_CONSTRAINTS = {
    "CONSTR_PRIMARY": "pkey", "CONSTR_UNIQUE": "key", "CONSTR_FOREIGN": "fkey", "CONSTR_CHECK": "check",
    "CONSTR_EXCLUSION": "excl", "CONSTR_NOTNULL": "not_null",
}  # fmt: skip
_KINDS = {
    "OBJECT_TABLE": Kind.TABLE, "OBJECT_FOREIGN_TABLE": Kind.TABLE, "OBJECT_COLUMN": Kind.COLUMN,
    "OBJECT_TABCONSTRAINT": Kind.CONSTRAINT, "OBJECT_INDEX": Kind.INDEX, "OBJECT_TYPE": Kind.TYPE,
    "OBJECT_DOMAIN": Kind.TYPE, "OBJECT_VIEW": Kind.VIEW, "OBJECT_MATVIEW": Kind.VIEW, "OBJECT_TRIGGER": Kind.TRIGGER,
    "OBJECT_FUNCTION": Kind.FUNCTION, "OBJECT_PROCEDURE": Kind.FUNCTION, "OBJECT_SEQUENCE": Kind.SEQUENCE,
    "OBJECT_SCHEMA": Kind.SCHEMA,
}  # fmt: skip


def changes(statement: Statement) -> Iterator[Change]:
    """Yield what `statement` makes, drops and renames, except what has no name that is known."""
    reader = _READERS.get(statement.kind)
    if reader is None:
        return
    for change in reader(statement.node, statement):
        if not (is_unread(str(change.thing)) or (change.new is not None and is_unread(str(change.new)))):
            yield change


def _table(node: Any, statement: Statement) -> Iterator[Change]:
    if node.relation.relpersistence != "t":
        yield Change(Action.MAKE, Thing(Kind.TABLE, relation(node.relation)), statement, tolerant=node.if_not_exists)


def _table_as(node: Any, statement: Statement) -> Iterator[Change]:
    kind = Kind.VIEW if constant(node, "objtype") == "OBJECT_MATVIEW" else Kind.TABLE
    if node.into.rel.relpersistence != "t":
        yield Change(Action.MAKE, Thing(kind, relation(node.into.rel)), statement, tolerant=node.if_not_exists)


def _index(node: Any, statement: Statement) -> Iterator[Change]:
    table = relation(node.relation)
    columns = tuple(one.index_elem.name for one in node.index_params if one.index_elem.name)
    name = node.idxname or given_name(table, columns, "idx")
    thing = Thing(Kind.INDEX, dotted([node.relation.schemaname, name]))
    yield Change(Action.MAKE, thing, statement, table=table, columns=columns, tolerant=node.if_not_exists)


def _type(node: Any, statement: Statement) -> Iterator[Change]:
    field = "domainname" if statement.kind == "CreateDomainStmt" else "type_name"
    yield Change(Action.MAKE, Thing(Kind.TYPE, dotted(strings(getattr(node, field)))), statement)


def _composite(node: Any, statement: Statement) -> Iterator[Change]:
    yield Change(Action.MAKE, Thing(Kind.TYPE, relation(node.typevar)), statement)


def _view(node: Any, statement: Statement) -> Iterator[Change]:
    yield Change(Action.MAKE, Thing(Kind.VIEW, relation(node.view)), statement, tolerant=node.replace)


def _function(node: Any, statement: Statement) -> Iterator[Change]:
    thing = Thing(Kind.FUNCTION, dotted(strings(node.funcname)))
    yield Change(Action.MAKE, thing, statement, tolerant=node.replace)


def _trigger(node: Any, statement: Statement) -> Iterator[Change]:
    table = relation(node.relation)
    thing = Thing(Kind.TRIGGER, node.trigname, table)
    yield Change(Action.MAKE, thing, statement, table=table, tolerant=node.replace)


def _sequence(node: Any, statement: Statement) -> Iterator[Change]:
    thing = Thing(Kind.SEQUENCE, relation(node.sequence))
    owner = next((strings(one.def_elem.arg.list.items) for one in node.options if one.def_elem.defname == "owned_by"), [])
    table, columns = (dotted(owner[:-1]), tuple(owner[-1:])) if len(owner) > 1 else ("", ())  # OWNED BY NONE
    yield Change(Action.MAKE, thing, statement, table=table, columns=columns, tolerant=node.if_not_exists)


def _schema(node: Any, statement: Statement) -> Iterator[Change]:
    yield Change(Action.MAKE, Thing(Kind.SCHEMA, node.schemaname), statement, tolerant=node.if_not_exists)


def _alter_table(node: Any, statement: Statement) -> Iterator[Change]:
    if constant(node, "objtype") not in {"OBJECT_TABLE", "OBJECT_FOREIGN_TABLE"}:
        return
    table = relation(node.relation)
    for one in node.cmds:
        command = one.alter_table_cmd
        what = constant(command, "subtype")
        cascade = constant(command, "behavior") == "DROP_CASCADE"
        if what == "AT_AddColumn":
            thing = Thing(Kind.COLUMN, getattr(command, "def").column_def.colname, table)
            yield Change(Action.MAKE, thing, statement, table=table, tolerant=command.missing_ok)
        elif what in {"AT_DropColumn", "AT_DropConstraint"}:
            kind = Kind.COLUMN if what == "AT_DropColumn" else Kind.CONSTRAINT
            yield Change(
                Action.DROP, Thing(kind, command.name, table), statement,
                table=table, tolerant=command.missing_ok, cascade=cascade,
            )  # fmt: skip
        elif what == "AT_AddConstraint":
            yield from _constraint(getattr(command, "def").constraint, table, statement)


def _constraint(node: Any, table: str, statement: Statement) -> Iterator[Change]:
    suffix = _CONSTRAINTS.get(constant(node, "contype"))
    if suffix is None:
        return
    if node.indexname:
        # USING INDEX: the index becomes the constraint's and takes its name.
        index = Thing(Kind.INDEX, dotted([statement.node.relation.schemaname, node.indexname]))
        yield Change(Action.DROP, index, statement, table=table, tolerant=True)
    columns = _columns_of(node, suffix)
    named = () if suffix in {"pkey", "check", "excl"} else columns
    name = node.conname or given_name(table, named, suffix)
    yield Change(
        Action.MAKE, Thing(Kind.CONSTRAINT, name, table), statement,
        table=table, columns=columns, unnamed=not node.conname,
    )  # fmt: skip


def _columns_of(node: Any, suffix: str) -> tuple[str, ...]:
    if suffix == "check":
        named = (one for _, one in postgast.walk(node.raw_expr) if type(one).__name__ == "ColumnRef")
        return tuple(dict.fromkeys(strings(one.fields)[-1] for one in named))
    if suffix == "excl":
        return tuple(one.list.items[0].index_elem.name for one in node.exclusions)
    return tuple(strings(node.fk_attrs if suffix == "fkey" else node.keys))


def _rename(node: Any, statement: Statement) -> Iterator[Change]:
    kind = _KINDS.get(constant(node, "rename_type"))
    if kind is None:
        return
    table = relation(node.relation) if node.HasField("relation") else ""
    schema = node.relation.schemaname if node.HasField("relation") else ""
    if kind in {Kind.COLUMN, Kind.CONSTRAINT, Kind.TRIGGER}:
        old, new = Thing(kind, node.subname, table), Thing(kind, node.newname, table)
    elif table:
        old, new = Thing(kind, table), Thing(kind, dotted([schema, node.newname]))
    elif kind is Kind.SCHEMA:
        old, new = Thing(kind, node.subname), Thing(kind, node.newname)
    else:
        words = _object_words(node.object)
        old, new = Thing(kind, dotted(words)), Thing(kind, dotted([*words[:-1], node.newname]))
    yield Change(Action.RENAME, old, statement, new=new, table=table)


def _move(node: Any, statement: Statement) -> Iterator[Change]:
    kind = _KINDS.get(constant(node, "object_type"))
    if kind is not None and node.HasField("relation"):
        old = Thing(kind, relation(node.relation))
        new = Thing(kind, dotted([node.newschema, node.relation.relname]))
        yield Change(Action.RENAME, old, statement, new=new)


def _drop(node: Any, statement: Statement) -> Iterator[Change]:
    kind = _KINDS.get(constant(node, "remove_type"))
    if kind is None:
        return
    cascade = constant(node, "behavior") == "DROP_CASCADE"
    for one in node.objects:
        words = _object_words(one)
        in_table = kind is Kind.TRIGGER
        thing = Thing(kind, words[-1], dotted(words[:-1])) if in_table else Thing(kind, dotted(words))
        yield Change(Action.DROP, thing, statement, table=thing.table, tolerant=node.missing_ok, cascade=cascade)


def _object_words(node: Any) -> list[str]:
    """The name in the several forms that PostgreSQL's grammar has for it."""
    if node.HasField("list"):
        return strings(node.list.items)
    if node.HasField("type_name"):
        return strings(node.type_name.names)
    if node.HasField("object_with_args"):
        return strings(node.object_with_args.objname)
    return strings([node])


_READERS: dict[str, Callable[[Any, Statement], Iterator[Change]]] = {
    "CreateStmt": _table, "CreateTableAsStmt": _table_as, "IndexStmt": _index, "CreateEnumStmt": _type,
    "CreateDomainStmt": _type, "CreateRangeStmt": _type, "CompositeTypeStmt": _composite, "ViewStmt": _view,
    "CreateFunctionStmt": _function, "CreateTrigStmt": _trigger, "CreateSeqStmt": _sequence,
    "CreateSchemaStmt": _schema, "AlterTableStmt": _alter_table, "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _move, "DropStmt": _drop,
}  # fmt: skip
