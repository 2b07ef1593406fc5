"""What every rule about SQL asks of a statement, against PostgreSQL's own grammar."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import postgast
import psycopg
import pytest

from pipeline.review.finding import Direction
from pipeline.review.reading.naming import quoted, same
from pipeline.review.reading.parts import Kind
from pipeline.review.reading.sql_expressions import (
    deparsed,
    expression_text,
    proves_not_null,
    stable_functions,
    type_text,
    volatile_functions,
)
from pipeline.review.reading.statement import Statement, parse


def statement(sql: str, new_tables: Iterable[str] = ()) -> Statement:
    [(text, node, kind)] = parse(sql)
    return Statement(
        text, node, kind, Path("x.py"), 1, "1", Direction.UPGRADE, 1, autocommit=False, new_tables=frozenset(new_tables)
    )


def test_a_table_is_new_with_or_without_the_schema_that_is_the_default() -> None:
    here = statement("SELECT 1", new_tables=["videos", "app.posts"])

    assert [here.is_new(name) for name in ("videos", "public.videos", "app.posts")] == [True, True, True]
    assert [here.is_new(name) for name in ("app.videos", "posts", "Videos")] == [False, False, False]


def test_an_alter_table_is_told_in_words() -> None:
    [add, drop, narrow] = statement(
        "ALTER TABLE app.videos ADD COLUMN n numeric(10,2)[] DEFAULT '{}' NOT NULL CHECK (n > '{}'), "
        "DROP COLUMN o CASCADE, ALTER COLUMN t TYPE varchar(20) USING lower(t)"
    ).changes

    assert [(one.table, one.kind, one.name) for one in (add, drop, narrow)] == [
        ("app.videos", "AddColumn", "n"), ("app.videos", "DropColumn", "o"), ("app.videos", "AlterColumnType", "t"),
    ]  # fmt: skip
    assert add.column is not None
    assert (add.column.type, add.column.not_null, add.column.serial) == ("numeric(10, 2)[]", True, False)
    assert [one.kind for one in add.column.constraints] == [Kind.NOT_NULL, Kind.CHECK]
    assert expression_text(add.column.default) == "'{}'"
    assert drop.cascade
    assert type_text(narrow.new_type) == "varchar(20)"
    assert expression_text(narrow.using) == "lower(t)"


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES app.p (c, d) NOT VALID",
         ("f", Kind.FOREIGN_KEY, ("a", "b"), "app.p", ("c", "d"), True, None, False)),
        ("ADD COLUMN a int REFERENCES p", (None, Kind.FOREIGN_KEY, ("a",), "p", (), False, None, True)),
        ("ADD CONSTRAINT u UNIQUE USING INDEX i", ("u", Kind.UNIQUE, (), None, (), False, "i", False)),
        ("ADD PRIMARY KEY (a)", (None, Kind.PRIMARY_KEY, ("a",), None, (), False, None, False)),
        ("ADD CONSTRAINT n NOT NULL a NOT VALID", ("n", Kind.NOT_NULL, ("a",), None, (), True, None, False)),
        ("ADD CONSTRAINT e EXCLUDE USING gist (a WITH &&)", ("e", Kind.EXCLUDE, (), None, (), False, None, False)),
    ],
)  # fmt: skip
def test_a_constraint_is_told_in_words(definition: str, expected: tuple[Any, ...]) -> None:
    [one] = statement(f"ALTER TABLE t {definition}").added_constraints

    told = (one.name, one.kind, one.columns, one.referred, one.referred_columns)
    assert (*told, one.not_valid, one.using_index, one.inline) == expected


def test_create_table_has_the_constraints_of_its_columns_too() -> None:
    made = statement(
        "CREATE TABLE t (a serial PRIMARY KEY, b int GENERATED ALWAYS AS IDENTITY, c int REFERENCES p, UNIQUE (b))"
    )

    assert [(one.name, one.serial, one.identity) for one in made.columns] == [
        ("a", True, False), ("b", False, True), ("c", False, False),
    ]  # fmt: skip
    assert [one.kind for one in made.constraints] == [Kind.UNIQUE, Kind.PRIMARY_KEY, Kind.FOREIGN_KEY]


@pytest.mark.parametrize(
    ("sql", "table", "tables"),
    [
        ("ALTER TABLE app.t ADD COLUMN a int REFERENCES p", "app.t", ("app.t", "p")),
        ("WITH w AS (SELECT 1 FROM s) UPDATE t SET a = 1 FROM w", "t", ("t", "s")),
        ("DROP TABLE app.a, b", None, ("app.a", "b")),
        ("DROP INDEX app.i", None, ()),
        ("CREATE INDEX i ON t (a)", "t", ("t",)),
        ("ALTER INDEX i RENAME TO j", None, ("i",)),
        ('ALTER TABLE "My T" RENAME TO u', "My T", ("My T",)),
    ],
)
def test_a_statement_knows_its_tables(sql: str, table: str | None, tables: tuple[str, ...]) -> None:
    assert (statement(sql).table, statement(sql).tables) == (table, tables)


def test_what_is_dropped_is_told_by_its_type() -> None:
    both = statement("DROP TABLE app.a, b CASCADE")

    assert (both.drops("TABLE"), both.drops("INDEX"), both.cascade) == (("app.a", "b"), (), True)
    assert statement("DROP TRIGGER t ON app.a").drops("TRIGGER") == ("app.a.t",)
    assert statement("DROP TYPE app.mood").drops("TYPE") == ("app.mood",)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (a)", True),
        ("DROP INDEX CONCURRENTLY i", True),
        ("REINDEX TABLE CONCURRENTLY t", True),
        ("REINDEX (CONCURRENTLY false) TABLE t", False),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", True),
        ("ALTER TABLE p DETACH PARTITION q CONCURRENTLY", True),
        ("CREATE INDEX i ON t (a)", False),
        ("UPDATE t SET a = 1", False),
    ],
)
def test_concurrently_is_seen_wherever_it_stands(sql: str, expected: bool) -> None:
    assert statement(sql).concurrent is expected


@pytest.mark.parametrize(
    ("default", "volatile"),
    [
        ("now()", ()),
        ("CURRENT_TIMESTAMP + interval '1 day'", ()),
        ("timezone('utc', now())", ()),
        ("(now() AT TIME ZONE 'utc')", ()),
        ("coalesce(NULL, lower('A'))", ()),
        ("clock_timestamp()", ("clock_timestamp",)),
        ("md5(random()::text)", ("random",)),
        ("pg_catalog.gen_random_uuid()", ("gen_random_uuid",)),
        ("app.lower('A')", ("app.lower",)),
        ("uuid_generate_v4()", ("uuid_generate_v4",)),
        ("uuidv7()", ("uuidv7",)),
        ("nextval('s'::regclass)", ("nextval",)),
    ],
)
def test_a_default_is_volatile_unless_the_server_says_otherwise(default: str, volatile: tuple[str, ...]) -> None:
    [column] = statement(f"ALTER TABLE t ADD COLUMN c text DEFAULT {default}").added_columns

    assert volatile_functions(column.default) == volatile


def test_the_stable_functions_are_the_servers(empty_postgresql: psycopg.Connection[Any]) -> None:
    """A name that the server knows as volatile would hide a rewrite; one that is missing would find one in vain."""
    servers = empty_postgresql.execute(
        """
        SELECT proname, bool_and(provolatile <> 'v') FROM pg_proc AS function
        WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'
          AND prorettype <> ALL (ARRAY['internal', 'trigger', 'cstring', 'event_trigger']::regtype[])
          AND NOT proargtypes::regtype[] && ARRAY['internal', 'cstring']::regtype[]
          AND NOT EXISTS (SELECT FROM pg_operator WHERE oprcode = function.oid)
          AND proname !~ '^(pg_stat|binary_upgrade)|_cmp$|_send$'
        GROUP BY proname
        """
    ).fetchall()

    assert stable_functions() == {name for name, stable in servers if stable}


@pytest.mark.parametrize(
    ("check", "proves"),
    [
        ("x IS NOT NULL", True),
        ("x IS NOT NULL AND x > 0", True),
        ("x > 0", False),
        ("y IS NOT NULL", False),
        ("x IS NOT NULL OR y IS NOT NULL", False),
        ("NOT (x IS NULL)", True),
        ("NOT (x IS NULL OR y IS NULL)", True),
        ("NOT (x IS NULL AND y IS NULL)", False),
        ("x IS NULL", False),
        ("t.x IS NOT NULL", True),
    ],
)
def test_a_check_proves_what_was_measured_to_prove(check: str, proves: bool) -> None:
    [one] = statement(f"ALTER TABLE t ADD CONSTRAINT c CHECK ({check})").added_constraints

    assert proves_not_null(one.expression, "x") is proves


def test_a_name_is_quoted_where_sql_asks_for_it() -> None:
    assert [quoted(name) for name in ("videos", "app.Videos", "user", "a-b")] == [
        "videos",
        'app."Videos"',
        '"user"',
        '"a-b"',
    ]
    assert same("public.user", "user")


@pytest.mark.parametrize("written", ["json", "json[]", "jsonb", "bit(3)", "varbit", "timestamptz(3)"])
def test_a_type_is_told_as_it_is_written(written: str) -> None:
    """PostgreSQL's parser puts pg_catalog before its own types, and nobody pastes that."""
    [change] = statement(f"ALTER TABLE t ALTER c TYPE {written}").changes

    assert type_text(change.new_type) == written


def test_what_is_quoted_is_nobodys_type() -> None:
    sql = """ALTER TABLE t ADD COLUMN c pg_catalog.json DEFAULT '''pg_catalog.bit' CHECK ("a ""pg_catalog.bit" > 1)"""

    assert deparsed(postgast.parse(sql)) == sql.replace("c pg_catalog.json", "c json")
