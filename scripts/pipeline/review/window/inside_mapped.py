"""
What an application does with one mapped class: reads a page of it, inserts, updates and deletes through the ORM.

Rows that were read are remembered as Python values, so that each statement is tried for itself: a class whose SELECT
fails on the new schema still shows what its INSERT does. Runs in the reviewed project's Python.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy import CheckConstraint, Column, Enum, String, Table, and_, cast, func, select, text
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from pipeline.review.window.inside_rows import attempt, generated, without_children

_REMEMBERED = 3


class Mapped:
    """
    One mapped class. `rows` are remembered ones, by attribute; the last of them has no children where one had none.

    `worked` are those with which an operation worked the first time.
    """

    def __init__(self, mapper: Any) -> None:
        self.mapper = mapper
        self.name = mapper.class_.__name__
        self.tables = [table for table in mapper.tables if isinstance(table, Table)]
        self.rows: list[Any] = []
        self.worked: dict[str, list[Any]] = {}
        self._generated: set[Any] = set()

    def forget(self) -> None:
        """What is read and tried next is what everything later is compared with."""
        self.rows, self.worked = [], {}

    @property
    def unusable(self) -> str | None:
        """Why nothing can be written."""
        if len(self.tables) != len(self.mapper.tables) or not isinstance(self.mapper.local_table, Table):
            return f"{self.name} is mapped to a query, not to a table"
        return None

    def learn(self, connection: Any) -> None:
        """Ask the database what only it may fill; this is the schema that the release was written for."""
        self._generated = {
            table.c[column.key]
            for table in self.tables
            for column in table.columns
            if column.name in generated(connection, table)
        }

    def select(self, connection: Any, rows: int) -> None:
        """Read the first and the last page, and a row for each value that an enum's column has."""
        with _session(connection) as session:
            key = list(self.mapper.primary_key)
            query = session.query(self.mapper.class_)
            first = query.order_by(*key).limit(rows).all()
            last = query.order_by(*(column.desc() for column in key)).limit(rows).all()
            for column in self._enums():
                self._each_label(session, query, column)
            if not self.rows:
                self._remember(session, [*first[:_REMEMBERED], *last[:1]])

    def update(self, connection: Any, row: Any, keys: list[str]) -> None:
        """Write each of the attributes `keys` of a row as it is."""
        with _session(connection) as session:
            instance = self._persistent(session, row)
            for key in keys:
                flag_modified(instance, key)
            session.flush()

    def insert(self, connection: Any, row: Any) -> list[tuple[Table, Any]]:
        """Insert a row with the values `row`; returns how to find it again in each of its tables."""
        with _session(connection) as session:
            instance = self.mapper.class_manager.new_instance()
            for key, value in row.items():
                set_committed_value(instance, key, value)
            session.add(instance)
            session.flush()
            return [(table, self.condition(table, _loaded(instance))) for table in self.tables]

    def delete(self, connection: Any, row: Any) -> None:
        """Delete a row, with what the class's relationships do about those that refer to it."""
        with _session(connection) as session:
            session.delete(self._persistent(session, row))
            session.flush()

    def now(self, connection: Any, row: Any) -> Any:
        """Return the row of the same key as it is today; None where it is gone."""
        with _session(connection) as session:
            found = session.query(self.mapper.class_).filter(self._key(row)).first()
            return None if found is None or type(found) is not self.mapper.class_ else self._values(found)

    def exists(self, connection: Any, row: Any) -> bool:
        """Tell whether the row is there, asking for its key alone."""
        return connection.execute(select(*self.mapper.primary_key).where(self._key(row))).first() is not None

    def condition(self, table: Table, row: Any) -> Any:
        """Return what is true of this row of `table` alone."""
        return and_(*(column == row[self._attribute(column)] for column in table.primary_key.columns))

    def written(self) -> list[str]:
        """The attributes that an INSERT of all values gives."""
        return [key for key, columns in self._columns().items() if not any(map(self._by_database, columns))]

    def demanded(self) -> list[str]:
        """The attributes that an INSERT cannot do without: neither nullable nor filled by a default."""
        return [
            key
            for key, columns in self._columns().items()
            if all(demands(column, self._generated) for column in columns)
        ]

    def updated(self) -> list[str]:
        """The attributes that an object has when it is loaded and that are not its key."""
        key = {self._attribute(column) for table in self.tables for column in table.primary_key.columns}
        special = self.mapper.version_id_col
        return [
            name
            for name in self.written()
            if name not in key
            and not self.mapper.attrs[name].deferred
            and (special is None or self.mapper.attrs[name].columns[0] is not special)
        ]

    def labels(self) -> list[tuple[str, Any]]:
        """Each attribute of an enum's type with each value that the class may give it."""
        return [
            (self._attribute(column), _value(column.type, label))
            for column in self._enums()
            for label in column.type.enums
        ]

    def column_of(self, key: str) -> str:
        return str(self.mapper.attrs[key].columns[0].name)

    def _columns(self) -> dict[str, list[Any]]:
        return {
            attribute.key: attribute.columns
            for attribute in self.mapper.column_attrs
            if all(isinstance(column, Column) and column.table in self.tables for column in attribute.columns)
        }

    def _enums(self) -> list[Any]:
        columns = [column for several in self._columns().values() for column in several[:1]]
        special = self.mapper.polymorphic_on
        return [column for column in columns if isinstance(column.type, Enum) and column is not special]

    def _each_label(self, session: Any, query: Any, column: Any) -> None:
        written = cast(column, String)
        for (label,) in session.query(written).filter(column.isnot(None)).distinct().all():
            query.filter(written == label).limit(1).all()

    def _remember(self, session: Any, found: list[Any]) -> None:
        own_checks = self._own_checks(session)
        if own_checks:
            found += session.query(self.mapper.class_).filter(*own_checks).limit(_REMEMBERED).all()
        childless = without_children(session.connection(), self.tables)
        if childless is not None:
            found += session.query(self.mapper.class_).filter(text(childless)).limit(1).all()
        own = [one for one in dict.fromkeys(found) if type(one) is self.mapper.class_]
        if childless is not None and found and found[-1] in own:
            own.remove(found[-1])
            own.append(found[-1])
        rows = [self._values(one) for one in own]
        # A row that the release itself could not have written says nothing of what it writes.
        may = [row for row in rows if self._may_write(row)] or rows
        self.rows = [row for row in may if self._passes(session, row, own_checks)] or may

    def _own_checks(self, session: Any) -> list[Any]:
        """Return the CHECKs that the models declare and the database can ask, which it may not have itself."""
        checks = [
            func.coalesce(constraint.sqltext, True)
            for table in self.tables
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        ]
        asking = session.query(self.mapper.class_)
        try:
            attempt(session.connection(), lambda: asking.filter(*checks).limit(1).all())
        except sqlalchemy.exc.SQLAlchemyError:  # Say, of a column that is not there: SELECT tells that.
            return []
        return checks

    def _passes(self, session: Any, row: Any, checks: list[Any]) -> bool:
        return not checks or bool(session.query(self.mapper.class_).filter(self._key(row), *checks).count())

    def _may_write(self, row: Any) -> bool:
        return not any(
            row.get(key) is None and not any(column.nullable or column in self._generated for column in columns)
            for key, columns in self._columns().items()
        )

    def _values(self, instance: Any) -> Any:
        for key in self._columns():
            getattr(instance, key)  # What is deferred is read now.
        return {key: value for key, value in _loaded(instance).items() if key in self._columns()}

    def _persistent(self, session: Any, row: Any) -> Any:
        instance = self.mapper.class_manager.new_instance()
        for key, value in row.items():
            if not self.mapper.attrs[key].deferred:
                set_committed_value(instance, key, value)
        make_transient_to_detached(instance)
        session.add(instance)
        return instance

    def _key(self, row: Any) -> Any:
        return and_(*(column == row[self._attribute(column)] for column in self.mapper.primary_key))

    def _attribute(self, column: Any) -> str:
        return str(self.mapper.get_property_by_column(column).key)

    def _by_database(self, column: Any) -> bool:
        return column in self._generated or by_database(column)


def by_database(column: Any) -> bool:
    """Tell whether the model says that only the database fills this column."""
    return column.computed is not None or (column.identity is not None and column.identity.always)


def demands(column: Any, made_by_database: Any) -> bool:
    """Tell whether a row cannot be inserted without a value for `column`."""
    return not (
        column.nullable
        or column.default is not None
        or column.server_default is not None
        or column in made_by_database
        or by_database(column)
        or column.identity is not None
        or column.table.autoincrement_column is column
    )


def _session(connection: Any) -> Any:
    # A session that is closed leaves the transaction alone, and one that fails goes back to our savepoint: 1.4 does so.
    mode: Any = {} if sqlalchemy.__version__ < "2" else {"join_transaction_mode": "rollback_only"}
    return Session(bind=connection, future=True, autoflush=False, **mode)


def _loaded(instance: Any) -> Any:
    return dict(sqlalchemy.inspect(instance).dict)


def _value(kind: Any, label: str) -> Any:
    """The Python value behind a label: a member where the type was made from an enum class."""
    return kind.enum_class[_name_of(kind, label)] if kind.enum_class is not None else label


def _name_of(kind: Any, label: str) -> str:
    if kind.values_callable is None:
        return label
    members = list(kind.enum_class.__members__.items())
    values = kind.values_callable(kind.enum_class)
    return str(next(name for (name, _), value in zip(members, values) if value == label))  # noqa: B905 - Python 3.8.
