"""
Which changes of type rewrite a table, held against the server itself.

`debug1` makes it say so; nothing here is expected by hand.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from pipeline.review.reading.parts import changes
from pipeline.review.reading.statement import parse
from pipeline.review.reading.type_changes import Rewrite, as_type, of_sqlalchemy, rewrites

FAMILIES = [
    ["varchar(5)", "varchar(9)", "varchar", "text", "char(5)", "char(9)", "xml", "json", "bytea"],
    ["numeric(5,2)", "numeric(9,2)", "numeric(9,4)", "numeric(9)", "numeric", "int", "bigint", "oid", "varchar(9)"],
    ["timestamp(3)", "timestamp(6)", "timestamp", "timestamptz(3)", "timestamptz", "date"],
    ["time(3)", "time", "timetz", "interval(3)", "interval"],
    ["bit(3)", "bit(5)", "varbit(3)", "varbit(5)", "varbit"],
    ["cidr", "inet", "text", "macaddr"],
    ["int[]", "bigint[]", "varchar(5)[]", "varchar(9)[]", "text[]", "json", "jsonb"],
]


def change(new: str) -> Any:
    [(_, node, _)] = parse(f"ALTER TABLE t ALTER COLUMN c TYPE {new}")
    [one] = changes(node)
    return one


def told(old: str, new: str) -> Rewrite:
    before, after = change(old), change(new)
    return rewrites(as_type(before.new_type), as_type(after.new_type), after.using, "c")


def servers_word(connection: psycopg.Connection[Any], old: str, new: str, zone: str = "UTC") -> bool | None:
    """Whether the server rewrites; None where it cannot cast."""
    said: list[str | None] = []
    connection.add_notice_handler(lambda notice: said.append(notice.message_primary))
    connection.execute(f"SET timezone = '{zone}'; SET client_min_messages = debug1")
    connection.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t (c {old})")
    try:
        connection.execute(f"ALTER TABLE t ALTER COLUMN c TYPE {new}")
    except psycopg.errors.DatatypeMismatch:
        return None
    return 'rewriting table "t"' in said


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family[0])
def test_a_change_rewrites_if_the_server_says_so(family: list[str], empty_postgresql: psycopg.Connection[Any]) -> None:
    empty_postgresql.autocommit = True
    pairs = [(old, new) for old in family for new in family]
    outcomes = {pair: servers_word(empty_postgresql, *pair, zone="Europe/Oslo") for pair in pairs}

    ours = {pair: told(*pair) is not Rewrite.NO for pair in pairs}

    assert ours == {pair: ours[pair] if outcome is None else outcome for pair, outcome in outcomes.items()}


@pytest.mark.parametrize("using", ["c", "c::text", "CAST(c AS text)", "lower(c)", "c::varchar(3)::text"])
def test_a_using_that_says_nothing_new_changes_nothing(using: str, empty_postgresql: psycopg.Connection[Any]) -> None:
    empty_postgresql.autocommit = True
    new = f"text USING {using}"

    assert (told("varchar(5)", new) is Rewrite.YES) is servers_word(empty_postgresql, "varchar(5)", new)


def test_a_time_zone_matters_outside_of_utc_alone(empty_postgresql: psycopg.Connection[Any]) -> None:
    empty_postgresql.autocommit = True

    assert told("timestamp", "timestamptz") is Rewrite.UNLESS_UTC
    assert servers_word(empty_postgresql, "timestamp", "timestamptz", "UTC") is False


def test_an_old_type_that_nobody_knows_is_no_certainty() -> None:
    text, number, mine = (as_type(change(new).new_type) for new in ("text", "bigint", "mood"))

    assert [rewrites(None, new, None, "c") for new in (text, number, mine)] == [
        Rewrite.DEPENDS, Rewrite.YES, Rewrite.DEPENDS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (sa.String(5), "varchar(5)"),
        (sa.Text, "text"),
        (sa.DateTime(timezone=True), "timestamp with time zone"),
        (postgresql.ARRAY(sa.Integer()), "int[]"),
        (sa.Enum("a", name="mood"), "mood"),
        (None, None),
        ("text", None),
        (sa.types.NullType(), None),
    ],
)
def test_an_existing_type_is_read_as_sqlalchemy_writes_it(given: Any, expected: str | None) -> None:
    found = of_sqlalchemy(given)

    assert (found.text if found else None) == expected
