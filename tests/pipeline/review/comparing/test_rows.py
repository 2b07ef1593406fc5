"""Rows are found again however tables and columns are called by now, and every value that is another one is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from pipeline.review.comparing.rows import compare_rows, sequences_set_back
from pipeline.review.running.databases import databases_on, plain

Connection = psycopg.Connection[Any]
Told = Callable[[str], list[str]]

SETUP = r"""
CREATE TYPE state AS ENUM ('new', 'paid');
CREATE TABLE items (
  id serial PRIMARY KEY, name text, price numeric(10,2), state state, at timestamp, seen timestamptz, data json,
  ratio float8, tags text[], flag boolean, amount integer, big numeric
);
INSERT INTO items (name, price, state, at, seen, data, ratio, tags, flag, amount, big)
SELECT 'item ' || n, n + 0.25, 'new', '2024-01-01'::timestamp + n * interval '1 hour', '2024-01-01 00:00+00',
  '{"b": 1,  "a": [1, 2]}', n / 3.0, ARRAY['x', NULL], n % 2 = 0, n, 1.50
FROM generate_series(1, 20) n;
CREATE TABLE pairs (a integer NOT NULL, b text NOT NULL, v text, UNIQUE (a, b));
INSERT INTO pairs VALUES (1, 'x', 'one'), (1, 'y', NULL), (2, 'x', '');
CREATE TABLE heap (a integer, b text);
INSERT INTO heap VALUES (1, 'x'), (1, 'x'), (2, 'y'), (NULL, NULL);
CREATE TABLE "Odd Name" ("Key" integer PRIMARY KEY, "a%b" text);
INSERT INTO "Odd Name" VALUES (1, '100%');
CREATE TABLE bare ();
CREATE TABLE parted (a integer PRIMARY KEY, b text) PARTITION BY RANGE (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
INSERT INTO parted SELECT n, 'p' FROM generate_series(0, 9) n;
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('1');
"""

# What is done, and what is told of it.
CASES = [
    ("SELECT 1", []),
    ("UPDATE alembic_version SET version_num = '2'", []),
    ("DROP TABLE heap", ["public.heap: dropped with 4 rows"]),
    ("TRUNCATE items", ["public.items: emptied of 20 rows"]),
    ("DELETE FROM items WHERE id < 4", ["public.items: 3 rows lost"]),
    ("INSERT INTO items (name) VALUES ('new')", ["public.items: 1 rows added"]),
    ("UPDATE items SET name = NULL WHERE id IN (3, 4)",
     ["public.items: rows changed in column name: 2 of 20 (3: item 3 → NULL; 4: item 4 → NULL)"]),
    ("UPDATE items SET name = 'item 2' WHERE id = 1; UPDATE items SET name = 'item 1' WHERE id = 2",
     ["public.items: rows changed in column name: 2 of 20 (1: item 1 → item 2; 2: item 2 → item 1)"]),
    ("ALTER TABLE items RENAME TO things; ALTER TABLE things RENAME name TO title", []),
    ("ALTER TABLE items RENAME name TO title; UPDATE items SET title = 'x' WHERE id = 1",
     ["public.items: rows changed in column name: 1 of 20 (1: item 1 → x)"]),
    ("CREATE SCHEMA s; ALTER TABLE items SET SCHEMA s", []),
    ("ALTER TABLE items DROP name", ["public.items: column name gone with 20 values"]),
    ("ALTER TABLE items ADD title text; UPDATE items SET title = name; ALTER TABLE items DROP name",
     ["public.items: column name gone, its values moved to title"]),
    ("ALTER TABLE items ADD title text; UPDATE items SET title = name WHERE id > 1; ALTER TABLE items DROP name",
     ["public.items: column name gone with 20 values"]),
    ("ALTER TABLE items ADD whole text; UPDATE items SET whole = amount; ALTER TABLE items DROP amount",
     ["public.items: column amount gone, its values moved to whole"]),
    ("ALTER TABLE items DROP amount, ADD amount integer",
     ["public.items: rows changed in column amount: 20 of 20 (10: 10 → NULL; 14: 14 → NULL; 9: 9 → NULL)"]),
    ("ALTER TABLE items ADD again integer; UPDATE items SET again = amount; ALTER TABLE items DROP amount; "
     "ALTER TABLE items RENAME again TO amount", []),
    ("CREATE TABLE other AS TABLE items; DROP TABLE items; ALTER TABLE other RENAME TO items", []),
    ("CREATE TABLE other AS SELECT * FROM items WHERE id <> 5; DROP TABLE items; ALTER TABLE other RENAME TO items",
     ["public.items: 1 rows lost"]),
    ("ALTER TABLE items ALTER price TYPE numeric(12,4)", []),
    ("ALTER TABLE items ALTER price TYPE numeric(10,1)",
     ["public.items: rows changed in column price: 20 of 20 (10: 10.25 → 10.3; 14: 14.25 → 14.3; 9: 9.25 → 9.3)"]),
    ("ALTER TABLE items ALTER price TYPE integer", ["public.items: rows changed in column price: 20 of 20 (10: 10.25 → 10; 14: 14.25 → 14; 9: 9.25 → 9)"]),
    ("ALTER TABLE items ALTER amount TYPE text", []),
    ("ALTER TABLE items ALTER amount TYPE text; UPDATE items SET amount = 'none' WHERE id = 7",
     ["public.items: rows changed in column amount: 1 of 20 (7: 7 → none)"]),
    ("ALTER TABLE items ALTER amount TYPE numeric(10,3)", []),
    ("ALTER TABLE items ALTER flag TYPE integer USING flag::integer", []),
    ("ALTER TABLE items ALTER state TYPE text; DROP TYPE state", []),
    ("CREATE TYPE s2 AS ENUM ('new'); ALTER TABLE items ALTER state TYPE s2 USING state::text::s2", []),
    ("ALTER TABLE items ALTER name TYPE varchar(3) USING left(name, 3)",
     ["public.items: rows changed in column name: 20 of 20 (10: item 10 → ite; 14: item 14 → ite; 9: item 9 → ite)"]),
    ("SET LOCAL TimeZone = 'UTC'; ALTER TABLE items ALTER at TYPE timestamptz", []),
    ("SET LOCAL TimeZone = 'Asia/Tokyo'; ALTER TABLE items ALTER at TYPE timestamptz",
     ["public.items: rows changed in column at: 20 of 20 (10: 2024-01-01 10:00:00 → "
      "2024-01-01 01:00:00+00; 14: 2024-01-01 14:00:00 → 2024-01-01 05:00:00+00; "
      "9: 2024-01-01 09:00:00 → 2024-01-01 00:00:00+00)"]),
    ("UPDATE items SET seen = seen + interval '1 microsecond' WHERE id = 1",
     ["public.items: rows changed in column seen: 1 of 20 (1: 2024-01-01 00:00:00+00 → 2024-01-01 00:00:00.000001+00)"]),
    ("ALTER TABLE items ALTER data TYPE jsonb", []),
    ("UPDATE items SET data = '{\"a\": [1,2], \"b\": 1}'", []),
    ("UPDATE items SET data = '{\"a\": [2,1], \"b\": 1}' WHERE id = 2",
     ["public.items: rows changed in column data: 1 of 20 (2: {\"b\": 1,  \"a\": [1, 2]} → {\"a\": [2,1], \"b\": 1})"]),
    ("UPDATE items SET big = 1.5", []),
    ("UPDATE items SET big = 1.50000000000000000000001 WHERE id = 1",
     ["public.items: rows changed in column big: 1 of 20 (1: 1.50 → 1.50000000000000000000001)"]),
    ("ALTER TABLE items ALTER ratio TYPE float4", ["public.items: rows changed in column ratio: 14 of 20 (10: 3.3333333333333335 → "
      "3.3333333; 14: 4.666666666666667 → 4.6666665; 17: 5.666666666666667 → 5.6666665)"]),
    ("UPDATE items SET tags = ARRAY['x', 'NULL'] WHERE id = 1",
     ['public.items: rows changed in column tags: 1 of 20 (1: {x,NULL} → {x,"NULL"})']),
    ("UPDATE pairs SET v = NULL WHERE v = ''", ["public.pairs: rows changed in column v: 1 of 3 (2, x: '' → NULL)"]),
    ("UPDATE heap SET b = 'z' WHERE a = 2", ["public.heap: rows changed in column b: 1 of 4"]),
    ("DELETE FROM heap WHERE ctid = (SELECT min(ctid) FROM heap)", ["public.heap: 1 rows lost"]),
    ("INSERT INTO heap VALUES (NULL, NULL)", ["public.heap: 1 rows added"]),
    ('UPDATE "Odd Name" SET "a%b" = $$it\'s$$', ['public."Odd Name": rows changed in column "a%b": 1 of 1 (1: 100% → it\'s)']),
    ("INSERT INTO bare DEFAULT VALUES", ["public.bare: 1 rows added"]),
    ("ALTER TABLE parted DETACH PARTITION parted_1; CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (0) TO (10); "
     "INSERT INTO parted SELECT * FROM parted_1; DROP TABLE parted_1", []),
    ("DELETE FROM parted WHERE a = 3", ["public.parted: 1 rows lost"]),
    ("DELETE FROM items WHERE id = 1; ALTER TABLE items DROP name; UPDATE items SET amount = 0 WHERE id = 2; "
     "INSERT INTO items (id) VALUES (99)",
     ["public.items: 1 rows lost, 1 rows added, rows changed in column amount: 1 of 19 (2: 2 → 0), "
      "column name gone with 19 values"]),
]  # fmt: skip


@pytest.fixture
def two(empty_database_url: str) -> Iterator[tuple[Connection, Connection]]:
    with databases_on(empty_database_url) as databases:
        first = databases.empty()
        with psycopg.connect(plain(first)) as connection:
            connection.execute(SETUP)
        second = databases.copy(first)
        with psycopg.connect(plain(first)) as before, psycopg.connect(plain(second)) as after:
            yield before, after


def test_what_became_of_the_rows_is_told_and_nothing_else_is(two: tuple[Connection, Connection]) -> None:
    before, after = two
    told, known = {}, dict[str, Any]()

    for change, _ in CASES:
        with after.transaction(force_rollback=True):
            after.execute(change)
            told[change] = [str(one) for one in compare_rows(before, after, known)]

    assert told == dict(CASES)


def test_a_value_that_moved_is_no_loss_and_one_that_is_nowhere_is(two: tuple[Connection, Connection]) -> None:
    before, after = two
    after.execute("ALTER TABLE items ADD title text; UPDATE items SET title = name; ALTER TABLE items DROP name")
    after.execute("INSERT INTO heap VALUES (3, 'new'); TRUNCATE pairs")

    loses = {one.table: (one.loses, one.emptied) for one in compare_rows(before, after)}

    assert loses == {"public.heap": (False, False), "public.items": (False, False), "public.pairs": (True, True)}


def test_a_duplicate_key_that_jsonb_loses_is_a_changed_value(two: tuple[Connection, Connection]) -> None:
    before, after = two
    for connection in two:
        connection.execute("""UPDATE items SET data = '{"a": {"k": 1, "k": 2}}' WHERE id = 3""")
    after.execute("ALTER TABLE items ALTER data TYPE jsonb")

    assert [str(one) for one in compare_rows(before, after)] == [
        'public.items: rows changed in column data: 1 of 20 (3: {"a": {"k": 1, "k": 2}} → {"a": {"k": 2}})'
    ]


def test_json_that_jsonb_cannot_hold_is_compared_as_text(two: tuple[Connection, Connection]) -> None:
    before, after = two
    for connection in two:
        connection.execute(r"""UPDATE items SET data = '"\u0000"' WHERE id = 3""")
    after.execute("""UPDATE items SET data = '1' WHERE id = 4""")

    assert [str(one) for one in compare_rows(before, after)] == [
        'public.items: rows changed in column data: 1 of 20 (4: {"b": 1,  "a": [1, 2]} → 1)'
    ]


def test_a_sequence_that_went_back_is_told(two: tuple[Connection, Connection]) -> None:
    before, after = two
    before.execute("CREATE SEQUENCE down INCREMENT -1; SELECT nextval('down')")
    after.execute("CREATE SEQUENCE down INCREMENT -1; SELECT nextval('down'), nextval('down')")
    assert sequences_set_back(before, after) == ()

    after.execute("ALTER SEQUENCE items_id_seq RESTART")

    assert [str(one) for one in sequences_set_back(before, after)] == ["sequence public.items_id_seq: 20 → its start"]


def test_the_sessions_are_left_as_they_were(two: tuple[Connection, Connection]) -> None:
    for connection in two:
        connection.execute("SET TimeZone = 'Asia/Tokyo'")
        connection.commit()

    compare_rows(*two)

    assert [connection.execute("SHOW TimeZone").fetchone() for connection in two] == [("Asia/Tokyo",)] * 2


def test_three_hundred_thousand_rows_are_compared_in_seconds(two: tuple[Connection, Connection]) -> None:
    """A bound that holds on a machine that others use as well: a quiet one needs a tenth of it."""
    for connection in two:
        for number in range(30):
            connection.execute(
                f"CREATE TABLE many_{number} AS SELECT n AS id, md5(n::text) AS a, n::numeric AS b, now() AS c "
                "FROM generate_series(1, 10000) n"
            )
            connection.execute(f"ALTER TABLE many_{number} ADD PRIMARY KEY (id), ALTER c TYPE date")
    before, after = two
    after.execute("UPDATE many_7 SET b = b + 1 WHERE id > 9990")
    started = time.monotonic()

    changes = compare_rows(before, after)

    assert time.monotonic() - started < 20
    assert [(one.table, one.changed[0].rows, one.changed[0].of) for one in changes] == [("public.many_7", 10, 10_000)]
