"""
One SQL statement, parsed by PostgreSQL's own grammar, and where it comes from.

libpg_query is the server's parser as a library (postgast wraps it), so a statement is read as the server reads it,
or not at all: then it is said, as `not_analysed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import postgast
from postgast import pg_query_pb2 as tree

from pipeline.review.finding import Direction
from pipeline.review.reading.locks import Lock, locks
from pipeline.review.reading.naming import among, dotted, relation
from pipeline.review.reading.parts import Change, Column, Constraint, changes, constraint

if TYPE_CHECKING:
    from pipeline.review.reading.script import Call


@dataclass(frozen=True)
class Statement:
    """
    One statement of a revision.

    `node` is the parse tree (postgast.pg_query_pb2, e.g. AlterTableStmt) and `kind` its type's name; `new_tables` were
    made earlier by the same direction of the same revision, so nobody else can be using them.
    """

    sql: str
    node: Any
    kind: str
    file: Path
    line: int
    revision: str
    direction: Direction
    transaction: int
    autocommit: bool
    new_tables: frozenset[str] = frozenset()
    call: Call | None = None
    postgresql_version: int = 18

    def is_new(self, table: str) -> bool:
        """Tell whether `table` was made by this direction of this revision: nobody else can be using it yet."""
        return among(table, self.new_tables)

    @property
    def undoes(self) -> bool:
        """Whether it is part of a downgrade, which is one step: a safe form of several revisions has no place there."""
        return self.direction is Direction.DOWNGRADE

    @cached_property
    def table(self) -> str | None:
        """The one table that the statement is about, with its schema where one is written; None where there is none."""
        if self.kind == "RenameStmt" and self.node.rename_type not in _TABLE_RENAMES:
            return None
        target: Any = getattr(self.node, "relation", None)
        return relation(target) if type(target).__name__ == "RangeVar" and target.relname else None

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Every relation that the statement names, each once, in their order: also those that it only reads."""
        named = (relation(found) for _, found in postgast.walk(self.node) if type(found).__name__ == "RangeVar")
        common = {str(one.ctename) for _, one in postgast.walk(self.node) if type(one).__name__ == "CommonTableExpr"}
        gone = self.dropped if self.kind == "DropStmt" and self.node.remove_type in _RELATIONS else ()
        return tuple(dict.fromkeys(name for name in (*named, *gone) if name not in common))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The subcommands of an ALTER TABLE; nothing for an ALTER of something else than a table."""
        if self.kind != "AlterTableStmt" or self.node.objtype != tree.OBJECT_TABLE:
            return ()
        return tuple(changes(self.node))

    def changed(self, *kinds: str) -> Iterator[Change]:
        """Yield the subcommands of these kinds (AddColumn, SetNotNull …) on tables that were there before."""
        return (one for one in self.changes if one.kind in kinds and not self.is_new(one.table))

    @cached_property
    def added_columns(self) -> tuple[Column, ...]:
        """The columns that ALTER TABLE adds, also to a new table."""
        return tuple(one.column for one in self.changes if one.column is not None)

    @cached_property
    def added_constraints(self) -> tuple[Constraint, ...]:
        """The constraints that ALTER TABLE adds, those behind an added column among them."""
        own = (one.constraint for one in self.changes if one.constraint is not None)
        inline = (one for column in self.added_columns for one in column.constraints)
        return (*own, *inline)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that CREATE TABLE defines."""
        if self.kind != "CreateStmt":
            return ()
        nodes = [one.column_def for one in self.node.table_elts if one.WhichOneof("node") == "column_def"]
        return tuple(Column(relation(self.node.relation), one.colname, one) for one in nodes)

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints that CREATE TABLE defines, those behind a column among them."""
        if self.kind != "CreateStmt":
            return ()
        table = relation(self.node.relation)
        elements = [one for one in self.node.table_elts if one.WhichOneof("node") == "constraint"]
        own = (constraint(table, one.constraint) for one in elements)
        return (*own, *(one for column in self.columns for one in column.constraints))

    @cached_property
    def dropped(self) -> tuple[str, ...]:
        """The names that a DROP statement drops, with their schema where one is written."""
        return tuple(dotted(one) for one in self.node.objects) if self.kind == "DropStmt" else ()

    def drops(self, object_type: str) -> tuple[str, ...]:
        """The names that it drops if it drops that type of object: TABLE, INDEX, VIEW, TRIGGER, TYPE …"""
        wanted = self.kind == "DropStmt" and self.node.remove_type == getattr(tree, f"OBJECT_{object_type}")
        return self.dropped if wanted else ()

    @property
    def cascade(self) -> bool:
        """Whether a DROP or TRUNCATE says CASCADE."""
        return bool(getattr(self.node, "behavior", None) == tree.DROP_CASCADE)

    @property
    def concurrent(self) -> bool:
        """Whether it says CONCURRENTLY: CREATE, DROP and REINDEX of an index, REFRESH, DETACH PARTITION."""
        if self.kind == "ReindexStmt":
            return self.has_option("concurrently")
        if self.kind == "AlterTableStmt":
            return any(one.concurrent for one in self.changes)
        return bool(getattr(self.node, "concurrent", False))

    def has_option(self, name: str) -> bool:
        """Tell whether a VACUUM, CLUSTER or REINDEX has an option switched on: `VACUUM (FULL)`."""
        options = self.node.options if self.kind == "VacuumStmt" else self.node.params
        found = [one.def_elem for one in options if one.def_elem.defname == name]
        return any(not one.HasField("arg") or _is_true(one.arg) for one in found)

    @cached_property
    def locks(self) -> dict[str, Lock]:
        """The strongest lock on each table that it names and that was there before."""
        return {table: lock for table, lock in locks(self).items() if not self.is_new(table)}

    @property
    def commented(self) -> str:
        """The table of a COMMENT ON TABLE or COLUMN."""
        name = dotted(self.node.object)
        return name.rpartition(".")[0] if self.node.objtype == tree.OBJECT_COLUMN else name


_RELATIONS = {tree.OBJECT_TABLE, tree.OBJECT_VIEW, tree.OBJECT_MATVIEW, tree.OBJECT_SEQUENCE, tree.OBJECT_FOREIGN_TABLE}
_TABLE_RENAMES = {tree.OBJECT_TABLE, tree.OBJECT_COLUMN, tree.OBJECT_TABCONSTRAINT, tree.OBJECT_TRIGGER}


def _is_true(value: Any) -> bool:
    kind = value.WhichOneof("node")
    text = str(getattr(value, kind).sval if kind == "string" else value.integer.ival if kind == "integer" else "")
    return (value.boolean.boolval if kind == "boolean" else text.lower() in {"true", "on", "1", "yes"}) is True


def parse(sql: str) -> Iterator[tuple[str, Any, str]]:
    """
    Yield text, parse tree and the tree's type name of each statement in `sql`.

    Raises postgast.PgQueryError, in the server's own words, when `sql` is not PostgreSQL's language.
    """
    text = sql.encode()
    for raw in postgast.parse(sql).stmts:
        kind = raw.stmt.WhichOneof("node")
        node = getattr(raw.stmt, kind)
        end = raw.stmt_location + raw.stmt_len if raw.stmt_len else len(text)
        yield text[raw.stmt_location : end].decode().strip(), node, type(node).__name__
