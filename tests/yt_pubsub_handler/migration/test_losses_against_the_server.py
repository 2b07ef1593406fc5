"""
Whatever is renamed, moved, made and dropped in whichever order: what is told to be lost is what the server loses.

The truth is the server's catalog after the statements have really run, and been taken back.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import Connection

from yt_pubsub_handler.migration.losses import Losses

EXAMPLES = int(os.environ.get("LOSSES_EXAMPLES", "60"))

WORLD = """
CREATE SCHEMA s;
CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE a (id int PRIMARY KEY, x int, y int GENERATED ALWAYS AS (x + 1) STORED);
CREATE TABLE b (id int REFERENCES a, x mood);
CREATE TABLE s.a (x int, y mood[]);
CREATE TABLE c (x int, y int) PARTITION BY LIST (x);
CREATE TABLE c1 PARTITION OF c FOR VALUES IN (1);
CREATE TABLE d (z int) INHERITS (s.a);
CREATE MATERIALIZED VIEW m AS SELECT x FROM a;
"""

TABLES = st.sampled_from(["a", "b", "c", "c1", "d", "s.a", "s.b", "public.a", '"a"', "n"])
NEW = st.sampled_from(["a", "b", "n", "o"])
COLUMNS = st.sampled_from(["x", "y", "z", "id"])
CASCADE = st.sampled_from(["", " CASCADE", " RESTRICT"])
IF_EXISTS = st.sampled_from(["", "IF EXISTS "])

STATEMENTS = st.one_of(
    st.builds("DROP TABLE {}{}{}".format, IF_EXISTS, TABLES, CASCADE),
    st.builds("DROP TABLE {}{}, {}{}".format, IF_EXISTS, TABLES, TABLES, CASCADE),
    st.builds("ALTER TABLE {} DROP {}{}{}".format, TABLES, IF_EXISTS, COLUMNS, CASCADE),
    st.builds("ALTER TABLE {} DROP {}, DROP COLUMN {}{}".format, TABLES, COLUMNS, COLUMNS, CASCADE),
    st.builds("ALTER TABLE {} RENAME TO {}".format, TABLES, NEW),
    st.builds("ALTER TABLE {} RENAME {} TO {}".format, TABLES, COLUMNS, COLUMNS),
    st.builds("ALTER TABLE {} SET SCHEMA {}".format, TABLES, st.sampled_from(["s", "public"])),
    st.builds("ALTER TABLE {} ADD {} int".format, TABLES, COLUMNS),
    st.builds("CREATE TABLE {} (x int, y int)".format, TABLES),
    st.builds("CREATE TABLE IF NOT EXISTS {} (x int, y int)".format, TABLES),
    st.builds("DROP TYPE mood{}".format, CASCADE),
    st.builds("DROP SCHEMA s{}".format, CASCADE),
    st.builds("DROP MATERIALIZED VIEW {}m{}".format, IF_EXISTS, CASCADE),
)

CATALOG = """
SELECT c.oid, part, name, inhparent
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
LEFT JOIN pg_inherits ON inhrelid = c.oid AND relispartition
CROSS JOIN LATERAL (
    SELECT 0 AS part, '' AS name UNION ALL
    SELECT attnum, attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS parts
WHERE relkind IN ('r', 'p', 'm') AND nspname IN ('public', 's')
"""


@pytest.fixture(scope="module")
def worlds() -> dict[str, bool]:
    """Remember in which database the world was made: hypothesis calls a test often with the same fixtures."""
    return {}


Key = tuple[int, int]


def lost_by_the_server(connection: psycopg.Connection[Any], script: list[str]) -> tuple[set[Key], set[Key]]:
    """
    Return what is gone after those statements of `script` that the server takes, and take them back.

    First what must be told: not the columns of a table that is gone, nor the partitions. Then all of it.
    """
    before = {(oid, part): (name, parent) for oid, part, name, parent in connection.execute(CATALOG)}
    for statement in list(script):
        try:
            with connection.transaction():
                connection.execute(statement.encode())
        except psycopg.Error:
            script.remove(statement)
    gone = before.keys() - {(oid, part) for oid, part, *_ in connection.execute(CATALOG)}
    connection.rollback()
    named = {(oid, name): (oid, part) for (oid, part), (name, _) in before.items()}

    def belongs_to_something_gone(table: int, part: int) -> bool:
        name, parent = before[table, part]
        return (part != 0 and (table, 0) in gone) or (parent, 0) in gone or named.get((parent, name)) in gone

    return {key for key in gone if not belongs_to_something_gone(*key)}, set(gone)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(script=st.lists(STATEMENTS, min_size=1, max_size=7, unique=True))
def test_what_is_told_is_what_is_lost(
    script: list[str], empty_postgresql: Any, empty_reading: Connection, worlds: dict[str, bool]
) -> None:
    if not worlds:
        empty_postgresql.execute(WORLD)
        empty_postgresql.commit()
        worlds["made"] = True
    script = list(script)

    must_be_told, gone = lost_by_the_server(empty_postgresql, script)
    losses = Losses(empty_reading).of("r", script)
    empty_reading.rollback()

    told = {(loss.store.address.number, loss.store.address.part) for loss in losses if loss.store}
    assert must_be_told <= told
    # Of what has left its schema before, it is told too much, never too little.
    assert told <= gone or any("SET SCHEMA" in statement for statement in script)
