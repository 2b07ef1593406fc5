"""
Whether PostgreSQL knows that a column holds no NULL, from the statements that came before.

It knows by NOT NULL itself, and by a validated CHECK that says so; then SET NOT NULL reads no row. Renamed tables and
columns are not traced: what was known of them counts no more, so a scan is what has to be expected.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from postgast import pg_query_pb2 as tree

from pipeline.review.reading.naming import among, bare, same
from pipeline.review.reading.parts import Change, Column, Constraint, Kind
from pipeline.review.reading.sql_expressions import columns_in, proves_not_null
from pipeline.review.reading.statement import Statement
from pipeline.review.schema.names import given_name


@dataclass(frozen=True)
class _Said:
    """One constraint of the table: does it say that the column holds no NULL, and was every row asked?"""

    proves: bool
    valid: bool


@dataclass
class Proofs:
    """What is known of `column` of `table` after the statements that were followed."""

    table: str
    column: str
    not_nulls: dict[str, _Said] = field(default_factory=dict)
    checks: dict[str, _Said] = field(default_factory=dict)

    @property
    def hold(self) -> bool:
        """Whether SET NOT NULL would skip its scan."""
        return any(one.proves and one.valid for one in (*self.not_nulls.values(), *self.checks.values()))

    def knows(self, name: str) -> bool:
        """Tell whether a constraint of that name was seen."""
        return name in self.not_nulls or name in self.checks

    def follow(self, statement: Statement) -> None:
        """Take into account what `statement` does; what may not happen proves nothing."""
        certain = statement.call is None or not statement.call.conditional
        if statement.kind == "RenameStmt":
            self._rename(statement.node, statement.table)
        elif among(self.table, statement.drops("TABLE")):
            self._forget()
        elif certain and statement.kind == "CreateStmt":
            self._create(statement)
        for change in statement.changes:
            if same(change.table, self.table):
                self._lose(change)
                if certain:
                    self._gain(change)

    def _create(self, statement: Statement) -> None:
        if same(statement.table or "", self.table) and not statement.node.if_not_exists:
            self._forget()
            self._columns(statement.columns)
            for one in statement.constraints:
                self._add(one)

    def _gain(self, change: Change) -> None:
        if change.kind == "SetNotNull" and change.name == self.column:
            self._is_filled()
        elif change.kind == "ValidateConstraint":
            for side in (self.not_nulls, self.checks):
                if change.name in side:
                    side[change.name] = replace(side[change.name], valid=True)
        elif change.constraint is not None:
            self._add(change.constraint)
        elif change.column is not None and change.column.name == self.column and not change.node.missing_ok:
            self._columns((change.column,))
            for one in change.column.constraints:
                self._add(one)

    def _lose(self, change: Change) -> None:
        if change.kind == "DropNotNull" and change.name == self.column:
            self.not_nulls = {}
        elif change.kind == "DropColumn" and change.name == self.column:
            self._forget()
        elif change.kind == "DropConstraint":
            self.not_nulls.pop(change.name or "", None)
            self.checks.pop(change.name or "", None)

    def _columns(self, columns: tuple[Column, ...]) -> None:
        if any(one.name == self.column and (one.not_null or one.serial or one.identity) for one in columns):
            self._is_filled()

    def _add(self, one: Constraint) -> None:
        if one.kind is Kind.CHECK:
            proves = proves_not_null(one.expression, self.column)
            self.checks[one.name or _name_of(one)] = _Said(proves, valid=not one.not_valid)
        elif one.kind is Kind.NOT_NULL and self.column in one.columns and not one.inline:
            name = one.name or given_name(self.table, [self.column], "not_null")
            self.not_nulls[name] = _Said(proves=True, valid=not one.not_valid)
        elif one.kind is Kind.PRIMARY_KEY and self.column in one.columns:
            self._is_filled()

    def _is_filled(self) -> None:
        self.not_nulls = {name: replace(one, valid=True) for name, one in self.not_nulls.items()}
        if not self.not_nulls:
            self.not_nulls[given_name(self.table, [self.column], "not_null")] = _Said(proves=True, valid=True)

    def _rename(self, node: Any, renamed: str | None) -> None:
        ours = same(renamed or "", self.table)
        table = node.rename_type == tree.OBJECT_TABLE and (ours or node.newname == bare(self.table))
        column = node.rename_type == tree.OBJECT_COLUMN and ours and self.column in {node.subname, node.newname}
        if table or column:
            self._forget()
        elif node.rename_type == tree.OBJECT_TABCONSTRAINT and ours:
            for side in (self.not_nulls, self.checks):
                if node.subname in side:
                    side[node.newname] = side.pop(node.subname)

    def _forget(self) -> None:
        self.not_nulls, self.checks = {}, {}


def _name_of(check: Constraint) -> str:
    """The name that the server gives a CHECK: with its column, if it is about one."""
    columns = columns_in(check.expression)
    return given_name(check.table, columns if len(columns) == 1 else (), "check")
