"""What is not known to keep every row is named: a gap in the reading must never look like safety."""

from __future__ import annotations

import pytest

from yt_pubsub_handler.migration.effects import Created, Dropped, Effect, NotFollowed, Renamed, effects
from yt_pubsub_handler.migration.tokens import statements


def read(sql: str) -> list[Effect]:
    return [effect for statement in statements(sql) for effect in effects(statement)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE a", [Dropped("table", ("a",))]),
        ("drop table IF EXISTS A cascade", [Dropped("table", ("a",), cascade=True, if_exists=True)]),
        ('DROP TABLE s."T", b RESTRICT', [Dropped("table", ("s", "T")), Dropped("table", ("b",))]),
        ("DROP MATERIALIZED VIEW m", [Dropped("materialized view", ("m",))]),
        ("DROP FOREIGN TABLE f", [Dropped("foreign table", ("f",))]),
        ("DROP SCHEMA s CASCADE", [Dropped("schema", ("s",), cascade=True)]),
        ("DROP EXTENSION e", [Dropped("extension", ("e",))]),
        ("DROP TYPE t CASCADE", [Dropped("type", ("t",), cascade=True)]),
        ("DROP VIEW v CASCADE", [Dropped("view", ("v",), cascade=True)]),
        ("ALTER TABLE a DROP COLUMN b", [Dropped("table column", ("a",), "b")]),
        ("ALTER TABLE ONLY a DROP b", [Dropped("table column", ("a",), "b")]),
        (
            'ALTER TABLE IF EXISTS s.a DROP COLUMN IF EXISTS "B" CASCADE, ADD CHECK (c IN (1, 2)), DROP c',
            [Dropped("table column", ("s", "a"), "B", True, True), Dropped("table column", ("s", "a"), "c")],
        ),
        ("ALTER TABLE a ADD COLUMN b numeric(5, 2)", [Created(("a",), "b")]),
        ("ALTER TABLE a ADD IF NOT EXISTS b int, ADD CONSTRAINT c UNIQUE (b)", [Created(("a",), "b")]),
        ("ALTER TABLE a RENAME TO b", [Renamed(("a",), to="b")]),
        ("ALTER TABLE a RENAME COLUMN b TO c", [Renamed(("a",), "b", "c")]),
        ("ALTER TABLE a RENAME b TO c", [Renamed(("a",), "b", "c")]),
        ("ALTER TABLE a SET SCHEMA s", [Renamed(("a",), schema="s")]),
        ("CREATE UNLOGGED TABLE IF NOT EXISTS s.a (b int)", [Created(("s", "a"))]),
        ("CREATE TABLE a AS SELECT * FROM b", [Created(("a",))]),
    ],
)
def test_what_is_dropped_made_and_renamed_is_read(sql: str, expected: list[Effect]) -> None:
    assert read(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX CONCURRENTLY i ON a (b)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM a $$",
        "DROP INDEX CONCURRENTLY IF EXISTS i",
        "DROP INDEX i CASCADE",
        "DROP VIEW v",
        "DROP TYPE t",
        "DROP FUNCTION f(int)",
        "DROP TRIGGER t ON a",
        "DROP SCHEMA s",
        "ALTER TABLE a DROP CONSTRAINT b CASCADE",
        "ALTER TABLE a ALTER COLUMN b SET NOT NULL, ALTER c DROP DEFAULT",
        "ALTER TABLE a ALTER b SET DEFAULT 'x', VALIDATE CONSTRAINT c",
        "ALTER TABLE a ALTER b DROP IDENTITY IF EXISTS",
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE a RENAME CONSTRAINT b TO c",
        "ALTER INDEX i RENAME TO j",
        "ALTER MATERIALIZED VIEW m SET (fillfactor = 70)",
        "ALTER TYPE t ADD VALUE 'x'",
        "ALTER SEQUENCE s OWNED BY a.b",
        "INSERT INTO a (b) VALUES ('DELETE FROM a')",
        "COMMENT ON TABLE a IS 'DROP TABLE a'",
        "SET LOCAL lock_timeout = '2s'",
        "BEGIN",
        "COMMIT",
        "GRANT SELECT ON a TO b",
        "REFRESH MATERIALIZED VIEW m",
        "-- DROP TABLE a",
    ],
)
def test_what_keeps_every_row_is_passed_over(sql: str) -> None:
    assert read(sql) == []


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("DELETE FROM a", "it deletes rows"),
        ("UPDATE a SET b = NULL", "it overwrites values"),
        ("TRUNCATE a, b CASCADE", "it deletes all rows"),
        ("MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE", "it changes or deletes rows"),
        ("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone", "it may change or delete rows"),
        ("INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1", "it may overwrite or delete rows"),
        ("DO $$ BEGIN DROP TABLE a; END $$", "what its block does is not followed"),
        ("SELECT purge()", "a function it calls may change rows"),
        ("CALL purge()", "what the procedure does is not followed"),
        ("ALTER TABLE a ALTER COLUMN b TYPE integer USING b::integer", "values may change when they are converted"),
        ("ALTER TABLE a ALTER b SET DATA TYPE text", "values may change when they are converted"),
        ("ALTER TABLE a ALTER b SET EXPRESSION AS (c)", "values may change when they are converted"),
        ("ALTER TABLE a DETACH PARTITION b CONCURRENTLY", "what it does to the table's rows is not followed"),
        ("ALTER TABLE a ATTACH PARTITION b DEFAULT", "what goes when the table goes is another from here on"),
        ("ALTER TABLE a INHERIT b", "what goes when the table goes is another from here on"),
        ("ALTER VIEW v RENAME TO w", "by which name it is dropped from here on is not followed"),
        ("ALTER MATERIALIZED VIEW v SET SCHEMA s", "by which name it is dropped from here on is not followed"),
        ("ALTER TABLE a SET UNLOGGED", "what it does to the table's rows is not followed"),
        ("ALTER TYPE t DROP ATTRIBUTE b", "values of this type may change or go"),
        ("ALTER TYPE t RENAME VALUE 'a' TO 'b'", "values of this type may change or go"),
        ("ALTER SEQUENCE s RESTART", "the sequence's position may change"),
        ("ALTER SYSTEM SET work_mem = '1GB'", "what it changes is not followed"),
        ("DROP SEQUENCE s", "the sequence's position is lost"),
        ("DROP FUNCTION f() CASCADE", "what depends on it goes with it, and is not followed"),
        ("DROP OWNED BY somebody", "what goes with it is not followed"),
        ("DROP DATABASE d", "what goes with it is not followed"),
        ('DROP TABLE U&"\\0061"', "a name was expected in it"),
        ("DROP TABLE a DROP TABLE b", "how it goes on at 'drop' is not followed"),
        ("DROP TABLE other.public.a", "it names another database"),
        ("ALTER TABLE a RENAME COLUMN b INTO c", "TO was expected in it"),
        ("SET search_path TO elsewhere", "the statements after it may mean something else"),
        ("SET standard_conforming_strings = off", "the statements after it may mean something else"),
        ("FROBNICATE a", "what it does is not followed"),
    ],
)
def test_what_is_not_followed_is_named(sql: str, why: str) -> None:
    assert read(sql) == [NotFollowed(sql, why)]


def test_one_part_that_is_not_understood_names_the_whole_statement() -> None:
    """What was read of it before does not count: the order of a half-read statement means nothing."""
    sql = "ALTER TABLE a DROP COLUMN b, SET UNLOGGED"

    assert read(sql) == [NotFollowed(sql, "what it does to the table's rows is not followed")]
