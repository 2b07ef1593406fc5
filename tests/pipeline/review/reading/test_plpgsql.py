"""What is read of PL/pgSQL: the SQL that stands there, in doubt where a condition stands before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from tests.pipeline.review.conftest import findings_in

ReadRevision = Callable[..., Revision]
BLOCK = """
DECLARE
    one record;
    n int := 1;
BEGIN
    CREATE TABLE a (id int);
    IF n = 1 THEN
        DROP TABLE b;
    ELSIF n = 2 THEN
        DROP TABLE c;
    ELSE
        DROP TABLE d;
    END IF;
    FOR one IN SELECT id FROM e LOOP
        CONTINUE WHEN one.id IS NULL;
        UPDATE e SET n = one.id WHERE id = one.id;
    END LOOP;
    CASE n WHEN 1 THEN DROP TABLE f; ELSE DROP TABLE g; END CASE;
    BEGIN
        CREATE TYPE mood AS ENUM ('sad');
    EXCEPTION WHEN duplicate_object THEN
        DROP TABLE h;
    END;
    EXECUTE 'DROP TABLE ' || 'i';
    EXECUTE format('DROP TABLE %I CASCADE', 'J');
    PERFORM set_config('a.b', 'c', true);
    IF n = 3 THEN RETURN; END IF;
    DROP TABLE k;
END
"""


def upgrade(revision: Revision) -> Script:
    return revision.scripts[Direction.UPGRADE]


def sql(script: Script) -> list[str]:
    return [one.sql for one in script.statements if one.kind not in {"DoStmt", "CreateFunctionStmt"}]


def doubtful(script: Script) -> list[str]:
    return [one.sql for one in script.statements if one.call is not None and one.call.conditional]


def test_a_do_block_is_read_like_a_revision(read: ReadRevision) -> None:
    script = upgrade(read(f"op.execute('''DO $$ {BLOCK} $$''')"))

    certain = [
        "CREATE TABLE a (id int)", "SELECT id FROM e", "DROP TABLE i", 'DROP TABLE "J" CASCADE',
        "SELECT set_config('a.b', 'c', true)",
    ]  # fmt: skip
    assert [one.removeprefix("PERFORM ") for one in sql(script) if one not in doubtful(script)] == certain
    assert doubtful(script) == [
        "DROP TABLE b", "DROP TABLE c", "DROP TABLE d", "UPDATE e SET n = one.id WHERE id = one.id", "DROP TABLE f",
        "DROP TABLE g", "CREATE TYPE mood AS ENUM ('sad')", "DROP TABLE h", "DROP TABLE k",
    ]  # fmt: skip
    assert script.not_analysed == []
    assert {one.line for one in script.statements} == {11}


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$", "SELECT f()"),
        ("CREATE PROCEDURE f() LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$", "DO 'BEGIN CALL f(); END'"),
        ("CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$ DROP TABLE a $$", "SELECT f()"),
        ("CREATE PROCEDURE f() LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$", "CALL f()"),
    ],
)  # fmt: skip
def test_a_function_does_something_when_it_is_called(function: str, call: str, read: ReadRevision) -> None:
    silent = upgrade(read(f"op.execute('''{function}''')"))
    script = upgrade(read(f"op.execute('''{function}''')\nop.execute({call!r})"))

    assert sql(silent) == []
    dropped = next(one for one in script.statements if one.kind == "DropStmt")
    assert (dropped.sql, dropped.line) == ("DROP TABLE a", 12)


def test_a_function_that_calls_itself_is_read_once(read: ReadRevision) -> None:
    function = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM f(); DELETE FROM a; END $$"

    script = upgrade(read(f"op.execute('''{function}''')\nop.execute('SELECT f()')"))

    assert sql(script) == ["SELECT f()", "SELECT f()", "DELETE FROM a"]


def test_a_do_block_is_one_transaction_even_in_an_autocommit_block(read: ReadRevision) -> None:
    body = "BEGIN DROP TABLE a; DROP TABLE b; COMMIT; DROP TABLE c; END"

    script = upgrade(read(f"with op.get_context().autocommit_block():\n    op.execute('DO $$ {body} $$')"))

    dropped = [one for one in script.statements if one.kind == "DropStmt"]
    first = dropped[0].transaction
    assert [(one.transaction, one.autocommit) for one in dropped] == [
        (first, False), (first, False), (first + 1, False)
    ]  # fmt: skip


def test_a_hazard_in_a_do_block_is_found_and_its_edit_left_to_the_author(read: ReadRevision) -> None:
    """Putting the remedy in the place of the whole block would throw away the rest of it."""
    block = "DO $$ BEGIN CREATE INDEX ix ON videos (a); DELETE FROM videos WHERE id = 1; END $$"

    found = [one for one in findings_in(read(f"op.execute('{block}')")) if one.rule == "index-blocks-writes"]

    assert [(one.line, one.edits) for one in found] == [(11, ())]


def test_what_may_be_there_already_is_not_said_to_be_made_twice(read: ReadRevision) -> None:
    block = "BEGIN CREATE TYPE mood AS ENUM (\\'sad\\'); EXCEPTION WHEN duplicate_object THEN NULL; END"

    names = {one.rule for one in findings_in(read(f"op.execute('DO $$ {block} $$')\nop.execute('DO $$ {block} $$')"))}

    assert "type-is-created-twice" not in names
