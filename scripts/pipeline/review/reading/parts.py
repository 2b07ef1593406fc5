"""What ALTER TABLE and CREATE TABLE are made of: columns, constraints, subcommands, by words instead of node types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from postgast import pg_query_pb2 as tree

from pipeline.review.reading.naming import relation, words
from pipeline.review.reading.sql_expressions import type_name, type_text

_SERIAL = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}


class Kind(StrEnum):
    """Kinds of constraints, as SQL calls them."""

    CHECK = "CHECK"
    FOREIGN_KEY = "FOREIGN KEY"
    UNIQUE = "UNIQUE"
    PRIMARY_KEY = "PRIMARY KEY"
    EXCLUDE = "EXCLUDE"
    NOT_NULL = "NOT NULL"


_KINDS = {
    tree.CONSTR_CHECK: Kind.CHECK,
    tree.CONSTR_FOREIGN: Kind.FOREIGN_KEY,
    tree.CONSTR_UNIQUE: Kind.UNIQUE,
    tree.CONSTR_PRIMARY: Kind.PRIMARY_KEY,
    tree.CONSTR_EXCLUSION: Kind.EXCLUDE,
    tree.CONSTR_NOTNULL: Kind.NOT_NULL,
}


@dataclass(frozen=True)
class Constraint:
    """One constraint of a table; `inline` when it is written behind its column."""

    table: str
    kind: Kind
    name: str | None
    columns: tuple[str, ...]
    node: Any = field(compare=False)
    referred: str | None = None
    """The other table of a foreign key, with its schema where one is written."""
    referred_columns: tuple[str, ...] = ()
    not_valid: bool = False
    """Rows that are there are not checked: NOT VALID, or NOT ENFORCED (18)."""
    using_index: str | None = None
    inline: bool = False

    @property
    def expression(self) -> Any:
        """The parse tree of a CHECK's condition."""
        return self.node.raw_expr


@dataclass(frozen=True)
class Column:
    """A column as ADD COLUMN or CREATE TABLE defines it."""

    table: str
    name: str
    node: Any = field(compare=False)

    @cached_property
    def type(self) -> str:
        """The type as SQL: `varchar(50)`."""
        return type_text(self.node.type_name)

    @cached_property
    def type_name(self) -> str:
        """The type's name alone, as the catalog has it: `varchar`, `int4`."""
        return type_name(self.node.type_name)

    @property
    def serial(self) -> bool:
        return self.type_name in _SERIAL

    @property
    def identity(self) -> bool:
        return any(True for _ in self._of(tree.CONSTR_IDENTITY))

    @property
    def generated(self) -> str | None:
        """`stored` or `virtual`; None for an ordinary column."""
        for one in self._of(tree.CONSTR_GENERATED):
            return "stored" if one.generated_kind == "s" else "virtual"
        return None

    @property
    def expression(self) -> Any:
        """The parse tree of what a generated column is computed of."""
        return next(one.raw_expr for one in self._of(tree.CONSTR_GENERATED))

    @property
    def default(self) -> Any | None:
        """The parse tree of the DEFAULT, if there is one other than NULL."""
        for one in self._of(tree.CONSTR_DEFAULT):
            return None if one.raw_expr.a_const.isnull else one.raw_expr
        return None

    @property
    def not_null(self) -> bool:
        return any(one.kind in {Kind.NOT_NULL, Kind.PRIMARY_KEY} for one in self.constraints)

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints behind the column: CHECK, UNIQUE, REFERENCES, PRIMARY KEY, NOT NULL."""
        nodes = (one.constraint for one in self.node.constraints)
        return tuple(constraint(self.table, one, self.name) for one in nodes if one.contype in _KINDS)

    def _of(self, kind: int) -> Iterator[Any]:
        return (one.constraint for one in self.node.constraints if one.constraint.contype == kind)


@dataclass(frozen=True)
class Change:
    """One subcommand of an ALTER TABLE. `kind` is the grammar's name for it without `AT_`: AddColumn, SetNotNull …"""

    table: str
    kind: str
    name: str | None
    """The column, constraint or trigger it is about."""
    node: Any = field(compare=False)

    @cached_property
    def column(self) -> Column | None:
        """The column of AddColumn."""
        if self.kind != "AddColumn":
            return None
        return Column(self.table, self._definition.column_def.colname, self._definition.column_def)

    @cached_property
    def constraint(self) -> Constraint | None:
        """The constraint of AddConstraint."""
        return constraint(self.table, self._definition.constraint) if self.kind == "AddConstraint" else None

    @property
    def new_type(self) -> Any | None:
        """The TypeName node of AlterColumnType."""
        return self._definition.column_def.type_name if self.kind == "AlterColumnType" else None

    @property
    def using(self) -> Any | None:
        """The USING expression of AlterColumnType."""
        column = self._definition.column_def
        return column.raw_default if self.kind == "AlterColumnType" and column.HasField("raw_default") else None

    @property
    def collation(self) -> bool:
        """Whether AlterColumnType names a collation."""
        return self.kind == "AlterColumnType" and bool(self._definition.column_def.HasField("coll_clause"))

    @property
    def default(self) -> Any | None:
        """The new default of ColumnDefault; None where it is dropped."""
        return self._definition if self.kind == "ColumnDefault" and self.node.HasField("def") else None

    @property
    def partition(self) -> str | None:
        """The partition that AttachPartition or DetachPartition names."""
        command = self._definition.partition_cmd
        return relation(command.name) if self._definition.WhichOneof("node") == "partition_cmd" else None

    @property
    def concurrent(self) -> bool:
        """Whether DetachPartition is CONCURRENTLY."""
        return self.kind == "DetachPartition" and bool(self._definition.partition_cmd.concurrent)

    @property
    def cascade(self) -> bool:
        return bool(self.node.behavior == tree.DROP_CASCADE)

    @property
    def _definition(self) -> Any:
        return getattr(self.node, "def")  # The field's name is a word of Python's own.


def constraint(table: str, node: Any, column: str | None = None) -> Constraint:
    """Make a Constraint of its parse tree; `column` is the one that it is written behind."""
    kind = _KINDS[node.contype]
    keys = words(node.fk_attrs if kind is Kind.FOREIGN_KEY else node.keys)
    return Constraint(
        table=table,
        kind=kind,
        name=node.conname or None,
        columns=(column,) if column is not None else keys,
        node=node,
        referred=relation(node.pktable) if kind is Kind.FOREIGN_KEY else None,
        referred_columns=words(node.pk_attrs),
        not_valid=bool(node.skip_validation),
        using_index=node.indexname or None,
        inline=column is not None,
    )


def changes(node: Any) -> Iterator[Change]:
    """Yield the subcommands of an AlterTableStmt."""
    table = relation(node.relation)
    for command in (one.alter_table_cmd for one in node.cmds):
        kind = tree.AlterTableType.Name(command.subtype).removeprefix("AT_")
        definition = getattr(command, "def")
        name = command.name or definition.column_def.colname or definition.constraint.conname or None
        yield Change(table, kind, name, command)
