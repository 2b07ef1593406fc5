"""
Without this file a table that a plan renames first and drops then would not be found, and its rows not be counted.

PostgreSQL looks an unqualified name up along the search path; so does this, with what the plan itself has made,
renamed and dropped so far taking the place of what the catalog says.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.dependants import Address, find_column, find_object
from yt_pubsub_handler.migration.effects import Name, Renamed

MADE_HERE: Final = Address(0, 0)
"""Stands for what an earlier statement of the same plan made: there is nothing in it yet to lose."""

_Key = tuple[str, str]


class Names:
    """What tables and columns are called at one point of a plan; other objects keep their names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        path = connection.scalar(text("SELECT current_schemas(false)"))
        self._path = list(path or ()) or ["public"]
        self._tables: dict[_Key, Address | None] = {}
        self._columns: dict[tuple[_Key | int, str], Address | None] = {}

    def find(self, kind: str, name: Name, column: str | None = None) -> Address | None:
        """Return what `name` (or its column) means here: an address, MADE_HERE, or None for nothing."""
        if kind not in ("table", "table column"):
            return find_object(self._connection, kind, name)
        table = self._table(name)
        if column is None or table is None:
            return table
        key = (self._owner(name, table), column)
        if key in self._columns:
            return self._columns[key]
        return MADE_HERE if table is MADE_HERE else find_column(self._connection, table, column)

    def moved_into(self, schema: str) -> list[Address]:
        """Return the tables that are in `schema` here, and are elsewhere in the catalog or go by another name."""
        found = [address for (where, _), address in self._tables.items() if where == schema]
        return [address for address in found if address is not None and address is not MADE_HERE]

    def create(self, name: Name, column: str | None = None) -> None:
        """Take note that a table, or a column, is made, unless it is there already."""
        if self.find("table column" if column else "table", name, column) is None:
            self._note(name, column, MADE_HERE)

    def drop(self, name: Name, column: str | None = None) -> None:
        """Take note that a table, or a column, is no longer there."""
        self._note(name, column, None)

    def rename(self, change: Renamed) -> bool:
        """Follow a new name or schema; False when what it names is not there."""
        address = self.find("table column" if change.column else "table", change.name, change.column)
        if address is None:
            return False
        if change.column is not None and change.to is not None:
            self._note(change.name, change.column, None)
            self._note(change.name, change.to, address)
            return True
        schema, table = self._key(change.name)
        self._tables[schema, table] = None
        self._tables[change.schema or schema, change.to or table] = address
        return True

    def _table(self, name: Name) -> Address | None:
        for key in self._keys(name):
            if key in self._tables:
                if self._tables[key] is not None:
                    return self._tables[key]
                continue
            address = find_object(self._connection, "table", key)
            if address is not None:
                return address
        return None

    def _keys(self, name: Name) -> list[_Key]:
        if len(name) > 1:
            return [(name[0], name[1])]
        return [(schema, name[0]) for schema in self._path]

    def _key(self, name: Name) -> _Key:
        """Return the schema and name under which a table is there, or would be made."""
        for key in self._keys(name):
            if self._tables.get(key) is not None:
                return key
            if key not in self._tables and find_object(self._connection, "table", key) is not None:
                return key
        return self._keys(name)[0]

    def _owner(self, name: Name, table: Address) -> _Key | int:
        """Columns belong to the table, whatever it is called; one made here has but its name."""
        return self._key(name) if table is MADE_HERE else table.number

    def _note(self, name: Name, column: str | None, address: Address | None) -> None:
        if column is None:
            self._tables[self._key(name)] = address
        elif (table := self._table(name)) is not None:
            self._columns[self._owner(name, table), column] = address
