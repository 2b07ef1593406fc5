"""
How PostgreSQL's grammar says that something is added, dropped or renamed: one reader per kind of statement.

A statement that is missing here adds and drops nothing by name as far as the rules about data go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from postgast import pg_query_pb2 as pg

from pipeline.review.reading import naming


class Action(StrEnum):
    ADDS = "adds"
    DROPS = "drops"
    RENAMES = "renames"


TABLE, COLUMN, SCHEMA, VIEW, TYPE, LABEL = "table", "column", "schema", "view", "type", "enum label"
DEFAULT, NOT_NULL, CONSTRAINT, INDEX = "default", "not null", "constraint", "index"
FUNCTION, SEQUENCE, EXTENSION = "function", "sequence", "extension"

PARTS = frozenset({COLUMN, DEFAULT, NOT_NULL, CONSTRAINT, LABEL})
"""What has a name of the form `owner.part`."""

_OBJECTS = {
    pg.OBJECT_TABLE: TABLE,
    pg.OBJECT_FOREIGN_TABLE: TABLE,
    pg.OBJECT_SCHEMA: SCHEMA,
    pg.OBJECT_VIEW: VIEW,
    pg.OBJECT_MATVIEW: VIEW,
    pg.OBJECT_TYPE: TYPE,
    pg.OBJECT_DOMAIN: TYPE,
    pg.OBJECT_FUNCTION: FUNCTION,
    pg.OBJECT_PROCEDURE: FUNCTION,
    pg.OBJECT_ROUTINE: FUNCTION,
    pg.OBJECT_AGGREGATE: FUNCTION,
    pg.OBJECT_SEQUENCE: SEQUENCE,
    pg.OBJECT_EXTENSION: EXTENSION,
    pg.OBJECT_INDEX: INDEX,
    pg.OBJECT_TABCONSTRAINT: CONSTRAINT,
    pg.OBJECT_COLUMN: COLUMN,
}


def plain(name: str) -> str:
    """A name without `public`."""
    return name.removeprefix("public.")


def relation(node: Any) -> str:
    """The name of a RangeVar."""
    return plain(naming.relation(node))


def words(parts: Iterable[Any]) -> str:
    """The name in a list of strings."""
    return plain(".".join(naming.words(parts)))


Read = Iterator[tuple[Action, str, str, Any, dict[str, Any]]]


def _create_table(node: Any) -> Read:
    yield Action.ADDS, TABLE, relation(node.relation), node, {}


def _create_table_as(node: Any) -> Read:
    kind = VIEW if node.objtype == pg.OBJECT_MATVIEW else TABLE
    yield Action.ADDS, kind, relation(node.into.rel), node, {}


def _select(node: Any) -> Read:
    if node.HasField("into_clause"):
        yield Action.ADDS, TABLE, relation(node.into_clause.rel), node, {}


def _view(node: Any) -> Read:
    yield Action.ADDS, VIEW, relation(node.view), node, {}


def _schema(node: Any) -> Read:
    yield Action.ADDS, SCHEMA, str(node.schemaname), node, {}


def _sequence(node: Any) -> Read:
    yield Action.ADDS, SEQUENCE, relation(node.sequence), node, {}


def _extension(node: Any) -> Read:
    yield Action.ADDS, EXTENSION, str(node.extname), node, {}


def _function(node: Any) -> Read:
    yield Action.ADDS, FUNCTION, words(node.funcname), node, {}


def _type(node: Any) -> Read:
    yield Action.ADDS, TYPE, words(node.type_name), node, {}


def _domain(node: Any) -> Read:
    yield Action.ADDS, TYPE, words(node.domainname), node, {}


def _composite(node: Any) -> Read:
    yield Action.ADDS, TYPE, relation(node.typevar), node, {}


def _index(node: Any) -> Read:
    yield Action.ADDS, INDEX, str(node.idxname), node, {}


def _label(node: Any) -> Read:
    name = words(node.type_name)
    if node.old_val:
        more = {"new_name": f"{name}.{node.new_val}"}
        yield Action.RENAMES, LABEL, f"{name}.{node.old_val}", node, more
    else:
        yield Action.ADDS, LABEL, f"{name}.{node.new_val}", node, {}


def _drop(node: Any) -> Read:
    kind = _OBJECTS.get(node.remove_type)
    if kind is None:
        return
    for one in node.objects:
        name = plain(naming.dotted(one))
        yield Action.DROPS, kind, name, node, {"cascade": node.behavior == pg.DROP_CASCADE}


def _rename(node: Any) -> Read:
    kind = _OBJECTS.get(node.rename_type)
    if kind == COLUMN:
        table = relation(node.relation)
        yield Action.RENAMES, COLUMN, f"{table}.{node.subname}", node, {"new_name": f"{table}.{node.newname}"}
    elif kind in {TABLE, VIEW, SEQUENCE, INDEX}:
        yield Action.RENAMES, kind, relation(node.relation), node, {"new_name": _beside(node.relation, node.newname)}
    elif kind == SCHEMA:
        yield Action.RENAMES, SCHEMA, str(node.subname), node, {"new_name": str(node.newname)}
    elif kind == TYPE:
        name = words(node.object.list.items)
        schema = name.rpartition(".")[0]
        yield Action.RENAMES, TYPE, name, node, {"new_name": f"{schema}.{node.newname}" if schema else node.newname}


def _beside(range_var: Any, name: str) -> str:
    return plain(f"{range_var.schemaname}.{name}" if range_var.schemaname else name)


def _move(node: Any) -> Read:
    kind = _OBJECTS.get(node.object_type)
    if kind in {TABLE, VIEW}:
        moved = plain(f"{node.newschema}.{node.relation.relname}")
        yield Action.RENAMES, kind, relation(node.relation), node, {"new_name": moved}


def _alter_table(node: Any) -> Read:
    table = relation(node.relation)
    for wrapped in node.cmds:
        command = wrapped.alter_table_cmd
        yield from _command(table, command)


def _command(table: str, command: Any) -> Read:
    cascade = {"cascade": command.behavior == pg.DROP_CASCADE}
    has_default = command.HasField("def")
    match command.subtype:
        case pg.AT_AddColumn:
            yield Action.ADDS, COLUMN, f"{table}.{getattr(command, 'def').column_def.colname}", command, {}
        case pg.AT_DropColumn:
            yield Action.DROPS, COLUMN, f"{table}.{command.name}", command, cascade
        case pg.AT_ColumnDefault | pg.AT_CookedColumnDefault:
            action = Action.ADDS if has_default else Action.DROPS
            yield action, DEFAULT, f"{table}.{command.name}", command, {}
        case pg.AT_AddIdentity:
            yield Action.ADDS, DEFAULT, f"{table}.{command.name}", command, {}
        case pg.AT_DropIdentity:
            yield Action.DROPS, DEFAULT, f"{table}.{command.name}", command, {}
        case pg.AT_SetNotNull:
            yield Action.ADDS, NOT_NULL, f"{table}.{command.name}", command, {}
        case pg.AT_DropNotNull:
            yield Action.DROPS, NOT_NULL, f"{table}.{command.name}", command, {}
        case pg.AT_AddConstraint:
            yield Action.ADDS, CONSTRAINT, f"{table}.{getattr(command, 'def').constraint.conname}", command, {}
        case pg.AT_DropConstraint:
            yield Action.DROPS, CONSTRAINT, f"{table}.{command.name}", command, cascade
        case _:
            return


READERS = {
    "CreateStmt": _create_table,
    "CreateForeignTableStmt": lambda node: _create_table(node.base_stmt),
    "CreateTableAsStmt": _create_table_as,
    "SelectStmt": _select,
    "ViewStmt": _view,
    "CreateSchemaStmt": _schema,
    "CreateSeqStmt": _sequence,
    "CreateExtensionStmt": _extension,
    "CreateFunctionStmt": _function,
    "CreateEnumStmt": _type,
    "CreateRangeStmt": _type,
    "CreateDomainStmt": _domain,
    "CompositeTypeStmt": _composite,
    "AlterEnumStmt": _label,
    "IndexStmt": _index,
    "DropStmt": _drop,
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _move,
    "AlterTableStmt": _alter_table,
}
