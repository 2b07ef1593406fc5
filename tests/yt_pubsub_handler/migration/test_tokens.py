"""A quote that is read wrongly hides the statement behind it, or makes two of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from yt_pubsub_handler.migration.tokens import Unreadable, statements


def texts(sql: str) -> list[str]:
    return [statement.text for statement in statements(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        (";;  ;", []),
        ("SELECT 'a;b'; SELECT 2", ["SELECT 'a;b'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", "SELECT 2"]),
        (r"SELECT E'it\';'; SELECT 2", [r"SELECT E'it\';'", "SELECT 2"]),
        (r"SELECT 'C:\'; SELECT 2", [r"SELECT 'C:\'", "SELECT 2"]),
        ('DROP TABLE "a;b"; SELECT 2', ['DROP TABLE "a;b"', "SELECT 2"]),
        ('DROP TABLE "a"";b"; SELECT 2', ['DROP TABLE "a"";b"', "SELECT 2"]),
        ('DROP TABLE "("; SELECT 2', ['DROP TABLE "("', "SELECT 2"]),
        ("DO $$ DELETE; $$; SELECT 2", ["DO $$ DELETE; $$", "SELECT 2"]),
        ("DO $a$ $$ ; $a$; SELECT 2", ["DO $a$ $$ ; $a$", "SELECT 2"]),
        ("SELECT $1; SELECT 2", ["SELECT $1", "SELECT 2"]),
        ("-- it's\nDROP TABLE a -- gone;\n; SELECT 2", ["DROP TABLE a", "SELECT 2"]),
        ("/* a /* b; */ ' */ SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)",) * 2,
        ("SELECT U&\"\\0061;\", U&'x;'; SELECT 2", ["SELECT U&\"\\0061;\", U&'x;'", "SELECT 2"]),
        ("SELECT\n\t1", ["SELECT 1"]),
    ],
)
def test_statements_end_where_the_server_ends_them(sql: str, expected: list[str] | str) -> None:
    assert texts(sql) == ([expected] if isinstance(expected, str) else expected)


def test_words_are_folded_and_quoted_names_are_not() -> None:
    (statement,) = statements('DROP Table ÄRGER."Ä""b"')

    assert [(token.kind, token.text) for token in statement.tokens] == [
        ("word", "drop"),
        ("word", "table"),
        ("word", "Ärger"),
        ("sign", "."),
        ("name", 'Ä"b'),
    ]


@pytest.mark.parametrize(
    "sql", ["SELECT 'a", 'DROP TABLE "a', "/* DROP TABLE a", "/* /* */", "SELECT E'a\\'", "DO $a$ x $b$"]
)
def test_what_does_not_end_cannot_be_read(sql: str) -> None:
    with pytest.raises(Unreadable, match="does not end"):
        texts(sql)


_PIECES = st.sampled_from(["'", '"', "$$", "$a$", "--", "/*", "*/", "\n", ";", "\\", "E'", "a", " ", "(", ")", "U&"])


@settings(max_examples=300, deadline=None)
@for_all(st.lists(_PIECES, max_size=25).map("".join))
def test_whatever_is_written_the_reading_ends(sql: str) -> None:
    try:
        found = texts(sql)
    except Unreadable:
        return
    assert all(found)


@pytest.fixture
def server_parts(empty_postgresql: Any) -> Callable[[str], int]:
    """Return a function that tells how many statements the server itself finds in a string."""

    def count(sql: str) -> int:
        results = 1
        cursor = empty_postgresql.execute(sql)
        while cursor.nextset():
            results += 1
        return results

    return count


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'a;b'; SELECT 2; SELECT 3",
        r"SELECT E'it\';'; SELECT 'C:\'; SELECT 3",
        "SELECT $x$;$$;$x$; SELECT $$;$$",
        "/* ; /* ; */ ; */ SELECT 1; -- ; \n SELECT 2",
        'SELECT 1 AS "a"";b"; SELECT U&\'\\0061;\'',
        "SELECT B'01' , X'1F', N'a;'; SELECT 2",
        "SELECT 1.5e3, .5, 1_0; SELECT 2",
    ],
)
def test_the_server_finds_as_many_statements(sql: str, server_parts: Callable[[str], int]) -> None:
    assert len(texts(sql)) == server_parts(sql)
