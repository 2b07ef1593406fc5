"""Scratch databases: empty ones, copies with their rows, and none of them left behind."""

from __future__ import annotations

import psycopg
import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.review.running import databases as databases_module
from pipeline.review.running.databases import databases_on, plain


def _ours(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'left_open_%'").fetchall()
        return {name for (name,) in rows}


def test_a_copy_has_the_rows_and_the_object_ids(empty_database_url: str) -> None:
    oid = "SELECT 't'::regclass::oid, (SELECT count(*) FROM t)"
    with databases_on(empty_database_url) as databases:
        first = databases.empty()
        with psycopg.connect(plain(first)) as connection:
            connection.execute("CREATE TABLE t AS SELECT generate_series(1, 7)")
            original = connection.execute(oid).fetchone()
        with psycopg.connect(plain(databases.copy(first))) as connection:
            assert connection.execute(oid).fetchone() == original


def test_none_is_left_behind_even_where_somebody_is_connected(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database_url.replace("+psycopg", "")
    monkeypatch.setattr(databases_module, "PREFIX", "left_open_")  # Others make theirs at the same time.
    with databases_on(empty_database_url) as databases:
        left_open = psycopg.connect(plain(databases.empty()))
        databases.drop(databases.empty())
        assert len(_ours(url)) == 1
    left_open.close()

    assert _ours(url) == set()


def test_without_a_url_there_is_a_server_of_our_own() -> None:
    with databases_on(None, 13) as databases:
        assert databases.version == 16
        databases.empty()


def test_a_copy_of_a_database_in_use_is_refused_in_words(empty_database_url: str) -> None:
    with databases_on(empty_database_url) as databases:
        url = databases.empty()
        with psycopg.connect(plain(url)), pytest.raises(CouldNotAnswer, match="being accessed by other users"):
            databases.copy(url)
