"""
What an application does with a table that no class is mapped to, such as one that joins two: the same, without the ORM.

Runs in the reviewed project's Python.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, and_, select, text

from pipeline.review.window.inside_mapped import by_database, demands
from pipeline.review.window.inside_rows import generated, named, without_children

_REMEMBERED = 3


class Unmapped:
    """One table; the same verbs as of a mapped class. `rows` and those that `worked` are by the columns' keys."""

    unusable = None

    def __init__(self, table: Table) -> None:
        self.table = table
        self.name = table.fullname
        self.tables = [table]
        self.rows: list[Any] = []
        self.worked: dict[str, list[Any]] = {}
        self._generated: set[Any] = set()

    def forget(self) -> None:
        """What is read and tried next is what everything later is compared with."""
        self.rows, self.worked = [], {}

    def learn(self, connection: Any) -> None:
        found = generated(connection, self.table)
        self._generated = {column for column in self.table.columns if column.name in found}

    def select(self, connection: Any, rows: int) -> None:
        statement = select(self.table).order_by(*self.table.primary_key.columns).limit(rows)
        found = [dict(zip(self.table.columns.keys(), row)) for row in connection.execute(statement)]  # noqa: B905 - 3.8.
        if not self.rows:
            childless = without_children(connection, self.tables)
            last = (
                connection.execute(select(self.table).where(text(childless)).limit(1)).fetchall() if childless else []
            )
            self.rows = found[:_REMEMBERED] + [dict(zip(self.table.columns.keys(), row)) for row in last]  # noqa: B905 - 3.8.

    def update(self, connection: Any, row: Any, keys: list[str]) -> None:
        # Named by themselves where no key tells the row: a value of every type can be written back so.
        values = {self.table.c[key]: row[key] if self._has_key else self.table.c[key] for key in keys}
        connection.execute(self.table.update().where(self._one(connection, row)).values(values))

    def insert(self, connection: Any, row: Any) -> list[tuple[Table, Any]]:
        done = connection.execute(self.table.insert().values(row))
        if not self._has_key:
            return []
        key = dict(zip((column.key for column in self.table.primary_key.columns), done.inserted_primary_key))  # noqa: B905 - 3.8.
        return [(self.table, self.condition(self.table, key))]

    def delete(self, connection: Any, row: Any) -> None:
        connection.execute(self.table.delete().where(self._one(connection, row)))

    def now(self, connection: Any, row: Any) -> Any:
        found = connection.execute(select(self.table).where(self._one(connection, row))).first()
        return dict(zip(self.table.columns.keys(), found)) if found else None  # noqa: B905 - Python 3.8.

    def exists(self, connection: Any, row: Any) -> bool:
        columns: list[Any] = list(self.table.primary_key.columns) or [text("ctid")]
        statement = select(*columns).select_from(self.table).where(self._one(connection, row))
        return connection.execute(statement).first() is not None

    def condition(self, table: Table, row: Any) -> Any:
        """Return what is true of the row alone; None, which is all rows, where there is no key to tell it by."""
        if not self._has_key:
            return None
        return and_(*(column == row[column.key] for column in table.primary_key.columns))

    def written(self) -> list[str]:
        return [
            key for key, column in self.table.c.items() if column not in self._generated and not by_database(column)
        ]

    def demanded(self) -> list[str]:
        return [key for key, column in self.table.c.items() if demands(column, self._generated)]

    def updated(self) -> list[str]:
        key = set(self.table.primary_key.columns)
        return [name for name in self.written() if self.table.c[name] not in key]

    def labels(self) -> list[tuple[str, Any]]:
        return []

    def column_of(self, key: str) -> str:
        return str(self.table.c[key].name)

    @property
    def _has_key(self) -> bool:
        return bool(self.table.primary_key.columns)

    def _one(self, connection: Any, row: Any) -> Any:
        if self._has_key:
            return self.condition(self.table, row)
        return text(f"ctid = (SELECT ctid FROM {named(connection, self.table)} LIMIT 1)")  # noqa: S608 - it is quoted.
