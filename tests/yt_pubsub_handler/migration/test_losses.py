"""What a DROP takes along is asked of a real catalog, in every way that people write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from yt_pubsub_handler.migration.counts import count_losses
from yt_pubsub_handler.migration.losses import Losses

Given = Callable[..., None]

TABLES = (
    "CREATE TABLE a (id int PRIMARY KEY, b int, c text)",
    "INSERT INTO a VALUES (1, 1, 'x'), (2, NULL, 'y'), (3, NULL, NULL)",
    'CREATE SCHEMA "S"',
    'CREATE TABLE "S"."T b" ("C" int)',
    'INSERT INTO "S"."T b" VALUES (1)',
)


def told(connection: Connection, *chunks: str) -> list[tuple[Any, ...]]:
    """Kind, object, rows, values and reason of each loss, counted."""
    losses = count_losses(connection, Losses(connection).of("r", chunks), 10)
    return [(loss.kind, loss.object, loss.rows, loss.values, loss.why) for loss in losses]


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ("DROP TABLE a", [("table", "public.a", 3, None, None)]),
        ("DROP TABLE IF EXISTS public.A CASCADE", [("table", "public.a", 3, None, None)]),
        ('DROP TABLE "S"."T b"', [("table", '"S"."T b"', 1, None, None)]),
        ('DROP SCHEMA "S" CASCADE', [("table", '"S"."T b"', 1, None, None)]),
        (
            'DROP TABLE a /* not "b" */, "S"."T b"; -- and no more',
            [("table", "public.a", 3, None, None), ("table", '"S"."T b"', 1, None, None)],
        ),
        ("ALTER TABLE a DROP COLUMN b", [("column", "public.a.b", 3, 1, None)]),
        (
            "ALTER TABLE a DROP b, DROP COLUMN IF EXISTS c",
            [("column", "public.a.b", 3, 1, None), ("column", "public.a.c", 3, 2, None)],
        ),
        ('ALTER TABLE "S"."T b" DROP "C"', [("column", '"S"."T b"."C"', 1, 1, None)]),
        ("DROP TABLE IF EXISTS nothing", []),
        ("ALTER TABLE a DROP COLUMN IF EXISTS nothing", []),
        ("DROP TABLE nothing", [("statement", "DROP TABLE nothing", None, None, "what it drops is not there now")]),
        ("CREATE TABLE d (); DROP TABLE d", []),
        ("ALTER TABLE a ADD d int; ALTER TABLE a DROP d", []),
        ("ALTER TABLE a RENAME TO d; DROP TABLE d", [("table", "public.a", 3, None, None)]),
        ("ALTER TABLE a RENAME TO d; CREATE TABLE a (); DROP TABLE a", []),
        ('ALTER TABLE a SET SCHEMA "S"; DROP TABLE "S".a', [("table", "public.a", 3, None, None)]),
        ("ALTER TABLE a RENAME b TO d; ALTER TABLE a DROP d", [("column", "public.a.b", 3, 1, None)]),
        (
            "ALTER TABLE a RENAME TO d; ALTER TABLE d DROP b; ALTER TABLE d ADD b int; ALTER TABLE d DROP b",
            [("column", "public.a.b", 3, 1, None)],
        ),
        (
            "ALTER TABLE nothing RENAME TO d",
            [("statement", "ALTER TABLE nothing RENAME TO d", None, None, "what it renames is not there now")],
        ),
        (
            "DROP TABLE 'a",
            [("statement", "DROP TABLE 'a", None, None, "a quote that begins at character 11 does not end")],
        ),
    ],
)  # fmt: skip
def test_a_dropped_store_is_found_and_counted(
    chunk: str, expected: list[Any], given: Given, empty_reading: Connection
) -> None:
    given(*TABLES)

    assert told(empty_reading, chunk) == expected


def test_after_something_that_is_not_followed_if_exists_is_not_trusted(empty_reading: Connection) -> None:
    losses = told(empty_reading, "DO $$ BEGIN ALTER TABLE a RENAME TO b; END $$", "DROP TABLE IF EXISTS b")

    assert [loss[1] for loss in losses] == [
        "DO $$ BEGIN ALTER TABLE a RENAME TO b; END $$",
        "DROP TABLE IF EXISTS b",
    ]


def test_names_are_followed_from_one_revision_to_the_next(given: Given, empty_reading: Connection) -> None:
    given(*TABLES)
    losses = Losses(empty_reading)

    renamed = losses.of("second", ["ALTER TABLE a RENAME TO was_a"])
    dropped = losses.of("first", ["DROP TABLE was_a"])

    assert (renamed, [(loss.revision, loss.object) for loss in dropped]) == ([], [("first", "public.a")])


def test_a_statement_without_its_semicolon_does_not_swallow_the_next(given: Given, empty_reading: Connection) -> None:
    """Alembic puts the missing semicolon behind the comment, where it ends nothing."""
    given(*TABLES)

    losses = told(empty_reading, "DROP TABLE a -- gone;", 'DROP TABLE "S"."T b";')

    assert [loss[1] for loss in losses] == ["public.a", '"S"."T b"']


WHOLES = {
    "a partition is told with its parent": (
        ["CREATE TABLE p (a int) PARTITION BY LIST (a)", "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
         "INSERT INTO p VALUES (1), (1)"],
        "DROP TABLE p", [("table", "public.p", 2, None, None)],
    ),
    "a partition by itself": (
        ["CREATE TABLE p (a int) PARTITION BY LIST (a)", "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
         "INSERT INTO p VALUES (1), (1)"],
        "DROP TABLE p1", [("table", "public.p1", 2, None, None)],
    ),
    "a child goes with its parent, each with its own rows": (
        ["CREATE TABLE p (a int)", "CREATE TABLE child () INHERITS (p)", "INSERT INTO p VALUES (1)",
         "INSERT INTO child VALUES (1), (2)"],
        "DROP TABLE p CASCADE", [("table", "public.child", 2, None, None), ("table", "public.p", 1, None, None)],
    ),
    "a type's columns": (
        ["CREATE TYPE mood AS ENUM ('sad')", "CREATE TABLE t (a int, m mood, more mood[])",
         "INSERT INTO t VALUES (1, 'sad', NULL)"],
        "DROP TYPE mood CASCADE",
        [("column", "public.t.m", 1, 1, None), ("column", "public.t.more", 1, 0, None)],
    ),
    "a domain's columns": (
        ['CREATE DOMAIN "D" AS int', 'CREATE TABLE t (a int, d "D")'],
        'DROP DOMAIN "D" CASCADE', [("column", "public.t.d", 0, 0, None)],
    ),
    "a column of a table's row type": (
        ["CREATE TABLE a (id int)", "CREATE TABLE t (x a)"],
        "DROP TABLE a CASCADE", [("table", "public.a", 0, None, None), ("column", "public.t.x", 0, 0, None)],
    ),
    "what is derived says so": (
        ["CREATE TABLE a (id int)", "INSERT INTO a VALUES (1)", "CREATE VIEW v AS TABLE a",
         "CREATE MATERIALIZED VIEW m AS TABLE v"],
        "DROP VIEW v CASCADE",
        [("table", "public.m", 1, None, "a materialized view: its query fills it again")],
    ),
    "a generated column goes with what it is made from": (
        ["CREATE TABLE a (b int, g int GENERATED ALWAYS AS (b + 1) STORED)", "INSERT INTO a VALUES (1)"],
        "ALTER TABLE a DROP b CASCADE",
        [("column", "public.a.b", 1, 1, None),
         ("column", "public.a.g", 1, 1, "a generated column: its expression fills it again")],
    ),
    "a foreign key's table stays": (
        ["CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (a int REFERENCES a)"],
        "DROP TABLE a CASCADE", [("table", "public.a", 0, None, None)],
    ),
    "an identity's sequence is no loss of its own": (
        ["CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY, s serial)"],
        "DROP TABLE a", [("table", "public.a", 0, None, None)],
    ),
    "a schema and a table of one name": (
        ["CREATE SCHEMA a", "CREATE TABLE a ()"],
        "DROP SCHEMA a CASCADE; DROP TABLE IF EXISTS a", [("table", "public.a", 0, None, None)],
    ),
    "what a child has inherited": (
        ["CREATE TABLE p (a int)", "CREATE TABLE child () INHERITS (p)", "INSERT INTO child VALUES (1)"],
        "ALTER TABLE p DROP a",
        [("column", "public.child.a", 1, 1, None), ("column", "public.p.a", 0, 0, None)],
    ),
    "what was moved into a schema": (
        ["CREATE SCHEMA s", "CREATE TABLE a ()"],
        "ALTER TABLE a SET SCHEMA s; DROP SCHEMA s CASCADE", [("table", "public.a", 0, None, None)],
    ),
    "an extension's own table": (
        ["CREATE TABLE t (id int)", "ALTER EXTENSION plpgsql ADD TABLE t"],
        "DROP EXTENSION plpgsql", [("table", "public.t", 0, None, None)],
    ),
    "names that look like SQL": (
        ['CREATE TABLE "50%; DROP" ("a:b" int, "%s" int)', 'INSERT INTO "50%; DROP" VALUES (1, 2)'],
        'ALTER TABLE "50%; DROP" DROP "%s", DROP "a:b"',
        [("column", 'public."50%; DROP"."%s"', 1, 1, None), ("column", 'public."50%; DROP"."a:b"', 1, 1, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "chunk", "expected"), WHOLES.values(), ids=WHOLES.keys())
def test_what_goes_along_is_what_the_server_drops(
    made: list[str], chunk: str, expected: list[Any], given: Given, empty_reading: Connection, empty_postgresql: Any
) -> None:
    given(*made)
    before = stores(empty_postgresql)

    losses = told(empty_reading, chunk)
    empty_reading.rollback()

    empty_postgresql.execute(chunk)
    after = stores(empty_postgresql)
    gone = {name for name, within in before.items() if name not in after and (within is None or within in after)}
    assert losses == expected
    assert {name for _, name, *_ in losses} == gone


def stores(connection: Any) -> dict[str, str | None]:
    """Every table and column there is, as losses are named, with the table or the parent partition it is a part of."""
    query = """
        SELECT (pg_identify_object('pg_class'::regclass, c.oid, part)).identity,
            CASE WHEN part <> 0 THEN (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity
                 WHEN relispartition THEN (pg_identify_object('pg_class'::regclass, inhparent, 0)).identity END
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_inherits ON inhrelid = c.oid
        CROSS JOIN LATERAL (
            SELECT 0 AS part UNION ALL
            SELECT attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS parts
        WHERE relkind IN ('r', 'p', 'm') AND nspname !~ '^(pg_|information_schema)'"""
    return dict(connection.execute(query).fetchall())


def test_without_cascade_nothing_else_goes(given: Given, empty_reading: Connection) -> None:
    """The server refuses instead, which loses nothing."""
    given("CREATE TABLE a (id int)", "CREATE MATERIALIZED VIEW m AS TABLE a")

    assert told(empty_reading, "DROP TABLE a") == [("table", "public.a", 0, None, None)]


def test_counting_stops_in_time_and_says_what_to_expect(given: Given, empty_reading: Connection) -> None:
    given("CREATE TABLE a AS SELECT generate_series(1, 300000) AS n", "ANALYZE a", "CREATE TABLE b ()")
    losses = Losses(empty_reading).of("r", ["DROP TABLE a", "DROP TABLE b"])

    first, second = count_losses(empty_reading, losses, 0.001)

    assert (first.counted, first.rows, first.why) == (
        False, None, "counting took too long; PostgreSQL expects about 300,000 rows",
    )  # fmt: skip
    assert (second.counted, second.why) == (False, "there was no time left to count")


def test_a_locked_table_is_not_counted_and_the_others_are(
    given: Given, empty_reading: Connection, empty_postgresql: Any
) -> None:
    given("CREATE TABLE a ()", "CREATE TABLE b ()")
    losses = Losses(empty_reading).of("r", ["DROP TABLE a", "DROP TABLE b"])
    empty_reading.commit()
    empty_reading.exec_driver_sql("SET lock_timeout = '50ms'")
    empty_postgresql.execute("LOCK TABLE a")

    first, second = count_losses(empty_reading, losses, 10)

    assert first.why is not None
    assert first.why.startswith("it cannot be counted: 55P03")
    assert (second.counted, second.rows) == (True, 0)


def test_rows_that_a_policy_hides_are_not_counted_as_none(
    given: Given, empty_reading: Connection, empty_postgresql: Any
) -> None:
    """A number that is too small is worse than none: it would become the ceiling."""
    given(
        "CREATE ROLE clerk", "CREATE TABLE a ()", "ALTER TABLE a ENABLE ROW LEVEL SECURITY", "GRANT ALL ON a TO clerk"
    )
    losses = Losses(empty_reading).of("r", ["DROP TABLE a"])
    empty_reading.exec_driver_sql("SET ROLE clerk")

    (loss,) = count_losses(empty_reading, losses, 10)

    empty_reading.close()
    given("DROP TABLE a", "DROP ROLE clerk")
    assert loss.counted is False
    assert str(loss.why).startswith("it cannot be counted: 42501")
