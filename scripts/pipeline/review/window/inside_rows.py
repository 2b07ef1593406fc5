"""
What must be known of rows so that an operation on one can work at all: who refers to it, and how to make way for it.

This asks the database and not the models: what stands in the way is there, whether the release knows of it or not.
Runs in the reviewed project's Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, text

_GENERATED = """
    SELECT attname::text FROM pg_attribute
    WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped
        AND (attgenerated <> '' OR attidentity = 'a')
"""
_COLUMNS = """
    SELECT quote_ident(attname), attname::text FROM pg_attribute
    WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_REFERENCES = """
    SELECT conrelid::regclass::text, conrelid::bigint,
        ARRAY(SELECT quote_ident(attname) FROM unnest(conkey) WITH ORDINALITY AS one (number, place)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
        ARRAY(SELECT quote_ident(attname) FROM unnest(confkey) WITH ORDINALITY AS one (number, place)
            JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
    FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND confrelid = to_regclass(:name)
"""


class Taken(Exception):
    """The place of a row could not be freed."""


def attempt(connection: Any, work: Callable[[], Any]) -> Any:
    """Do `work` in a savepoint that an error goes back to."""
    savepoint = connection.begin_nested()
    try:
        done = work()
    except BaseException:
        if savepoint.is_active:
            savepoint.rollback()
        raise
    savepoint.commit()
    return done


def named(connection: Any, table: Table) -> str:
    """Return the table's name as SQL."""
    return str(connection.dialect.identifier_preparer.format_table(table))


def generated(connection: Any, table: Table) -> set[str]:
    """Return the columns that only the database may fill."""
    return {name for (name,) in connection.execute(text(_GENERATED), {"name": named(connection, table)})}


def without_children(connection: Any, tables: Sequence[Table]) -> str | None:
    """Return a condition, as SQL, that holds for rows of `tables` that nobody refers to; None where nobody could."""
    names = [named(connection, table) for table in tables]
    oids = [
        connection.execute(text("SELECT to_regclass(:name)::oid::bigint"), {"name": name}).scalar() for name in names
    ]
    conditions = []
    for name, own in zip(names, oids):  # noqa: B905 - Python 3.8 has no `strict`.
        for child, oid, theirs, ours in connection.execute(text(_REFERENCES), {"name": name}).fetchall():
            if oid in oids and oid != own:
                continue  # A subclass's own table, whose row goes together with this one.
            pairs = " AND ".join(
                f"the_child.{their} = {name}.{our}"
                for their, our in zip(theirs, ours)  # noqa: B905 - as above.
            )
            conditions.append(f"NOT EXISTS (SELECT FROM {child} AS the_child WHERE {pairs})")
    return " AND ".join(conditions) or None


def columns(connection: Any, table: Table) -> list[Any]:
    """Return the columns that the table really has: the name as SQL, and the name."""
    return list(connection.execute(text(_COLUMNS), {"name": named(connection, table)}).fetchall())


def nulls(connection: Any, table: Table, columns: list[Any], condition: Any) -> dict[str, bool]:
    """Return for each of the `columns` whether the row has NULL in it; nothing for no such row."""
    asked = ", ".join(f"{quoted} IS NOT DISTINCT FROM NULL" for quoted, _ in columns)
    found = connection.execute(_where(table, asked, condition)).first()
    return {name: bool(null) for (_, name), null in zip(columns, found)} if found else {}  # noqa: B905 - as above.


def free(connection: Any, tables: Sequence[Table], condition: Callable[[Table], Any]) -> bool:
    """
    Delete the rows of `tables` that the condition names, without what a DELETE sets off; tell if one was there.

    As "replica" neither foreign keys nor triggers are asked, so that a row with children can make way for its copy.
    That needs a right; without it, the row must be one that nobody refers to. Raises Taken.
    """

    def delete() -> bool:
        deleted = 0
        for table in reversed(tables):
            statement = table.delete()
            where = condition(table)
            deleted += connection.execute(statement if where is None else statement.where(where)).rowcount
        return deleted > 0

    def quietly() -> bool:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        found = delete()
        connection.execute(text("SET LOCAL session_replication_role = origin"))
        return found

    try:
        return bool(attempt(connection, quietly))
    except Exception:  # noqa: BLE001 - whatever the driver raises; the plain way tells what is wrong.
        try:
            return bool(attempt(connection, delete))
        except Exception as error:
            raise Taken from error


def catch_up(connection: Any, table: Table) -> None:
    """Move the table's sequences past its rows: whoever wrote rows with numbers of their own has left them behind."""
    for column in table.primary_key.columns:
        name = connection.execute(
            text("SELECT pg_get_serial_sequence(:name, :column)"),
            {"name": named(connection, table), "column": column.name},
        ).scalar()
        if name:
            quoted = connection.dialect.identifier_preparer.quote(column.name)
            most = f"SELECT max({quoted}) FROM {named(connection, table)}"  # noqa: S608 - its names are quoted.
            connection.execute(text(f"SELECT setval('{name}', GREATEST(({most}), nextval('{name}')))"))


def _where(table: Table, columns: str, condition: Any) -> Any:
    from sqlalchemy import literal_column, select  # noqa: PLC0415 - only here.

    return select(literal_column(columns)).select_from(table).where(condition)
