"""Readers and writers feel what a lock does to them, and are no load that one would feel."""

from __future__ import annotations

import time

import psycopg
import pytest
from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.running.databases import plain
from pipeline.review.running.traffic import Traffic, tables_of
from tests.pipeline.review.running.conftest import Stage

TABLES = 'CREATE TABLE a (id int); CREATE TABLE "B c" (id int); CREATE SCHEMA s; CREATE TABLE s.d (id int)'
HELD = 0.8
TABLE_D = [("s", "d")]


@pytest.fixture
def database(stage: Stage) -> URL:
    return stage.database(TABLES)


def test_tables_are_found_with_those_that_matter_first(database: URL) -> None:
    assert tables_of(database, ["s.d"]) == [("s", "d"), ("public", "B c"), ("public", "a")]


@pytest.mark.parametrize(
    ("mode", "reads", "writes"), [("ACCESS EXCLUSIVE", True, True), ("SHARE", False, True), ("ROW SHARE", False, False)]
)
def test_a_stall_is_as_long_as_the_lock_that_causes_it(database: URL, mode: str, reads: bool, writes: bool) -> None:
    with (
        psycopg.connect(plain(database)) as connection,
        Traffic(database, tables_of(database, ["public.a"])) as traffic,
    ):
        connection.execute(f"LOCK TABLE a IN {mode} MODE".encode())
        time.sleep(HELD)
        connection.rollback()
        time.sleep(0.1)
        first, *others = traffic.stalls()

    assert first.relation == "public.a"
    assert (first.reads > HELD * 0.8, first.writes > HELD * 0.8) == (reads, writes)
    assert all(max(stall.reads, stall.writes) < HELD * 0.8 for stall in others)
    assert traffic.errors == ()


def test_a_wait_that_goes_on_counts(database: URL) -> None:
    with (
        psycopg.connect(plain(database)) as connection,
        Traffic(database, tables_of(database, ["public.a"])) as traffic,
    ):
        connection.execute("LOCK TABLE a")
        time.sleep(HELD)
        assert traffic.stalls()[0].reads > HELD * 0.8
        connection.rollback()


def test_measuring_begins_anew_with_each_run(database: URL) -> None:
    with (
        psycopg.connect(plain(database)) as connection,
        Traffic(database, tables_of(database, ["public.a"])) as traffic,
    ):
        connection.execute("LOCK TABLE a")
        time.sleep(HELD)
        connection.rollback()
        time.sleep(0.1)
        traffic.forget()
        assert traffic.stalls()[0].reads < HELD * 0.8


def test_a_table_that_goes_away_is_told_and_no_error(database: URL) -> None:
    with psycopg.connect(plain(database), autocommit=True) as connection, Traffic(database, TABLE_D) as traffic:
        connection.execute("DROP TABLE s.d")
        time.sleep(0.3)

        assert (traffic.gone, traffic.errors) == (("s.d",), ())


def test_those_in_the_middle_of_a_statement_end_without_a_word(database: URL, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        with Traffic(database, tables_of(database)):
            time.sleep(0.02)

    assert [record for record in caplog.records if record.name.startswith("psycopg")] == []


def test_any_other_error_is_told(database: URL) -> None:
    send_away = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'review traffic' AND datname = current_database()"
    )
    with psycopg.connect(plain(database), autocommit=True) as connection, Traffic(database, TABLE_D) as traffic:
        connection.execute(send_away)
        time.sleep(0.3)

        assert sorted(error.partition(":")[0] for error in traffic.errors) == [
            "A read of s.d failed", "A write of s.d failed",
        ]  # fmt: skip


def test_it_asks_no_more_often_than_a_server_bears(database: URL) -> None:
    with psycopg.connect(plain(database), autocommit=True) as connection:
        for number in range(70):
            connection.execute(f"CREATE TABLE t{number:02} ()".encode())
        tables = tables_of(database, ["public.t69"])
        with Traffic(database, tables, connections=40) as traffic:
            time.sleep(0.3)
            statement = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'review traffic'"
            assert connection.execute(statement).fetchone() == (40,)

    assert len(traffic.left_out) == len(tables) - 20
    assert "public.t69" not in traffic.left_out


def test_a_server_that_is_not_there_is_refused_in_words() -> None:
    url = URL.create("postgresql", "nobody", "x", "127.0.0.1", 1, "none")

    with pytest.raises(CouldNotAnswer, match="did not take 2 connections"), Traffic(url, [("public", "a")]):
        pass


def test_nobody_stays_connected_even_where_one_still_waits(database: URL) -> None:
    with psycopg.connect(plain(database)) as connection:
        with Traffic(database, tables_of(database)):
            connection.execute("LOCK TABLE a")
            time.sleep(0.1)
        there = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'review traffic'"
        time.sleep(0.2)

        assert connection.execute(there).fetchone() == (0,)
