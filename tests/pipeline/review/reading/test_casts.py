"""What is said about casts, against the server: each pair of types, and values at their edges."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import errors
from sqlalchemy.dialects import postgresql as pg

from pipeline.review.reading.casts import KNOWN, ColumnType, casts_by_itself, fails_when_larger, loses, of_sqlalchemy

TYPES = sorted(KNOWN)
SIZED = {"bit": "bit(8)", "varbit": "varbit(8)", "name": "name"}


def declared(name: str, *, array: bool = False) -> str:
    return f"{SIZED.get(name, name)}{'[]' if array else ''}"


def server_casts(connection: psycopg.Connection[Any], old: str, news: list[str]) -> list[bool]:
    """Tell for each of `news` whether the server changes a column from `old` to it without USING."""
    outcomes = []
    with connection.transaction(force_rollback=True):
        connection.execute(f"CREATE TEMPORARY TABLE t (c {old})")
        for new in news:
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(f"ALTER TABLE t ALTER c TYPE {new}")
                    outcomes.append(True)
            except errors.DatatypeMismatch:
                outcomes.append(False)
    return outcomes


def test_each_pair_of_types_casts_as_the_server_casts_it(empty_postgresql: psycopg.Connection[Any]) -> None:
    for old in TYPES:
        told = [casts_by_itself(ColumnType(old), ColumnType(new)) for new in TYPES]

        assert told == server_casts(empty_postgresql, declared(old), [declared(new) for new in TYPES]), old


def test_arrays_cast_as_the_server_casts_them(empty_postgresql: psycopg.Connection[Any]) -> None:
    some = ("text", "int4", "int8", "bool", "jsonb", "timestamp")
    kinds = [ColumnType(name, array=array) for name in some for array in (False, True)]
    names = [declared(one.name, array=one.array) for one in kinds]
    for old, name in zip(kinds, names, strict=True):
        assert [casts_by_itself(old, new) for new in kinds] == server_casts(empty_postgresql, name, names), name


@pytest.mark.parametrize(("old", "new"), [("mood", "text"), ("text", "mood"), ("mood", "state"), ("mood", "int4")])
def test_enums_cast_as_the_server_casts_them(empty_postgresql: psycopg.Connection[Any], old: str, new: str) -> None:
    empty_postgresql.execute("CREATE TYPE mood AS ENUM ('sad'); CREATE TYPE state AS ENUM ('sad')")
    types = [ColumnType(name, enum=name in {"mood", "state"}) for name in (old, new)]

    assert [casts_by_itself(*types)] == server_casts(empty_postgresql, old, [new])


def test_a_type_that_is_not_postgresqls_own_is_not_judged() -> None:
    """A domain over text and an extension's type cast as their makers said."""
    assert casts_by_itself(ColumnType("text"), ColumnType("email")) is None
    assert casts_by_itself(ColumnType("email"), ColumnType("int4")) is None
    assert casts_by_itself(ColumnType("email"), ColumnType("text")) is True


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("varchar(50)", "'abc'", "varchar(2)"),
        ("text", "'abc'", "varchar(2)"),
        ("text", "'abc'", "char(2)"),
        ("varchar", "'abc'", "varchar(2)"),
        ("int8", "3000000000", "int4"),
        ("int4", "100000", "int2"),
        ("numeric", "3000000000", "int4"),
        ("float8", "3000000000", "int4"),
        ("numeric(10, 2)", "12345678.12", "numeric(10, 4)"),
        ("numeric", "123456789.12", "numeric(10, 2)"),
    ],
)
def test_what_is_said_to_fail_fails(empty_postgresql: psycopg.Connection[Any], old: str, value: str, new: str) -> None:
    assert fails_when_larger(read(old), read(new)) is not None
    with pytest.raises((errors.StringDataRightTruncation, errors.NumericValueOutOfRange)):
        changed(empty_postgresql, old, value, new)


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("varchar(2)", "'ab'", "varchar(50)"),
        ("varchar(2)", "'ab'", "text"),
        ("int4", "2147483647", "int8"),
        ("numeric(10, 2)", "12345678.12", "numeric(12, 2)"),
        ("numeric(10, 2)", "12345678.12", "numeric(12, 4)"),
        ("numeric(10, 2)", "12345678.12", "numeric"),
        ("date", "'2026-11-27'", "timestamp"),
    ],
)
def test_what_is_said_to_keep_everything_does(
    empty_postgresql: psycopg.Connection[Any], old: str, value: str, new: str
) -> None:
    assert (fails_when_larger(read(old), read(new)), loses(read(old), read(new))) == (None, None)
    assert changed(empty_postgresql, old, value, new)


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("numeric(10, 4)", "1.2345", "numeric(10, 2)"),
        ("numeric", "1.5", "int8"),
        ("float8", "1.5", "int4"),
        ("float8", "0.1234567891234", "float4"),
        ("timestamp", "'2026-11-27 12:00'", "date"),
        ("json", '\'{"a": 1, "a": 2}\'', "jsonb"),
    ],
)
def test_what_is_said_to_be_lost_is_lost(
    empty_postgresql: psycopg.Connection[Any], old: str, value: str, new: str
) -> None:
    assert loses(read(old), read(new)) is not None
    assert not changed(empty_postgresql, old, value, new)


def read(sql: str) -> ColumnType:
    name, _, modifiers = sql.rstrip(")").partition("(")
    short = {"char": "bpchar"}.get(name, name)
    return ColumnType(short, tuple(int(one) for one in modifiers.split(",") if one), text=sql)


def changed(connection: psycopg.Connection[Any], old: str, value: str, new: str) -> bool:
    """Change the type and back; tell whether the value is what it was."""
    connection.execute(f"CREATE TABLE t (c {old}); INSERT INTO t VALUES ({value})")  # noqa: S608 # Values of this file.
    [[before]] = connection.execute("SELECT c::text FROM t").fetchall()
    connection.execute(f"ALTER TABLE t ALTER c TYPE {new}")
    connection.execute(f"ALTER TABLE t ALTER c TYPE {old}")
    [[after]] = connection.execute("SELECT c::text FROM t").fetchall()
    return bool(before == after)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (sa.String(50), ColumnType("varchar", (50,), text="varchar(50)")),
        (sa.Text, ColumnType("text", text="text")),
        (sa.Numeric(10, 2), ColumnType("numeric", (10, 2), text="numeric(10, 2)")),
        (sa.ARRAY(sa.Integer()), ColumnType("int4", array=True, text="int[]")),
        (sa.Enum("a", name="mood"), ColumnType("mood", enum=True, text="mood")),
        (sa.DateTime(timezone=True), ColumnType("timestamptz", text="timestamp with time zone")),
        (pg.JSONB(), ColumnType("jsonb", text="jsonb")),
        (object(), None),
        (None, None),
        (sa.types.NullType(), None),
    ],
)
def test_a_type_of_sqlalchemy_is_read(given: object, expected: ColumnType | None) -> None:
    assert of_sqlalchemy(given) == expected
