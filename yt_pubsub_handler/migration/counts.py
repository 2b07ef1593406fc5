"""
Without this file nobody would know whether the table that is to be dropped holds three rows or the whole business.

Each table is read once, whatever is lost of it. Row level security is off in these reads: where the role may not see
everything the server then fails, which says "not counted" instead of a number that is too small.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration.dependants import Store
from yt_pubsub_handler.migration.losses import Loss


def count_losses(connection: Connection, losses: Iterable[Loss], seconds: float) -> list[Loss]:
    """
    Return `losses` with rows and values, as far as `seconds` go for all of them together.

    `connection` is in a transaction; its statement_timeout is changed for the rest of it.
    """
    deadline = time.monotonic() + seconds
    counted: list[Loss] = []
    known: dict[str, dict[int, int] | str] = {}
    losses = list(losses)
    for loss in losses:
        store = loss.store
        if store is None:
            counted.append(loss)
            continue
        if store.relation not in known:
            columns = {one.store.address.part for one in losses if one.store and one.store.relation == store.relation}
            known[store.relation] = _count(connection, store, columns, deadline - time.monotonic())
        counted.append(_told(loss, store, known[store.relation]))
    return counted


def count_columns(connection: Connection, table: str, columns: Iterable[int]) -> dict[int, int]:
    """
    Return the rows of `table` (under 0), and of each column, by its number, the values that are not null.

    Children are not counted with it, partitions are. `table` is a name that the server has quoted.
    """
    wanted = {"table": table, "columns": [number for number in columns if number]}
    names = {row.attnum: row.name for row in connection.execute(text(_COLUMNS), wanted)}
    counts = ", ".join(["count(*)", *(f"count({name})" for name in names.values())])
    only = "ONLY " if connection.scalar(text(_HAS_CHILDREN), {"table": table}) else ""
    query = f"SELECT {counts} FROM {only}{table}"  # noqa: S608
    # Row level security must not hide rows from the count, and must not stay off for what comes after.
    before = connection.scalar(text("SELECT current_setting('row_security')"))
    connection.exec_driver_sql("SET LOCAL row_security = off")
    row = connection.exec_driver_sql(query, execution_options={"no_parameters": True}).one()
    connection.execute(text("SELECT set_config('row_security', :before, true)"), {"before": before})
    return dict(zip([0, *names], row, strict=True))


def _count(connection: Connection, store: Store, columns: Iterable[int], seconds: float) -> dict[int, int] | str:
    if seconds <= 0:
        return "there was no time left to count"
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}")
            return count_columns(connection, store.relation, columns)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "57014":
            return "counting took too long"
        return f"it cannot be counted: {describe(error)}"


def _told(loss: Loss, store: Store, counts: dict[int, int] | str) -> Loss:
    if isinstance(counts, str):
        estimate = "" if store.estimated_rows is None else f"; PostgreSQL expects about {store.estimated_rows:,} rows"
        return replace(loss, why=f"{counts}{estimate}")
    values = None if loss.kind == "table" else counts[store.address.part]
    return replace(loss, rows=counts[0], values=values, counted=True, why=store.derived)


_COLUMNS = """
SELECT attnum, quote_ident(attname) AS name FROM pg_attribute
WHERE attrelid = CAST(:table AS regclass) AND attnum = ANY (:columns) AND NOT attisdropped
"""
# A materialized view has no children, and ONLY is for tables.
_HAS_CHILDREN = """
SELECT relkind = 'r' AND relhassubclass FROM pg_class WHERE oid = CAST(:table AS regclass)
"""
