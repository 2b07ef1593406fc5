"""Texts made from a regular expression match it, and are many."""

from __future__ import annotations

import psycopg
import pytest

from pipeline.review.seeding.making import Index
from pipeline.review.seeding.patterns import matching
from pipeline.review.seeding.spelling import text


@pytest.mark.parametrize(
    "pattern",
    [
        "^UC[A-Za-z0-9_-]{22}$",
        "^[A-Za-z0-9][A-Za-z0-9_]{2,20}$",
        r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
        r"^(\+|00)?[1-9]\d{7,14}$",
        "^(draft|live|gone)-[[:alnum:]]{8}$",
        "^[a-z]+(-[a-z0-9]+)*$",
        r"^\d{4}-(0[1-9]|1[0-2])$",
        "^#[0-9a-fA-F]{6}$",
        "^it's [a-z]{3,5}$",
        "@",
        "^[0-9a-f]{64}$",
        r"^\w+\.\w+$",
    ],
)
def test_the_server_agrees_that_they_match(empty_postgresql: psycopg.Connection[tuple[int, int]], pattern: str) -> None:
    for make in matching(pattern, "salt"):
        values = f"SELECT {make(Index('i', 'i'))} AS v FROM generate_series(1::bigint, 99) i"
        query = f"SELECT count(*) FILTER (WHERE v ~ {text(pattern)}), count(*) FROM ({values}) x"
        assert empty_postgresql.execute(query.encode()).fetchone() == (99, 99)


def test_what_characters_cannot_answer_has_no_maker() -> None:
    assert matching("^(?=.*[0-9]).+$", "salt") == ()
    assert matching("(", "salt") == ()
