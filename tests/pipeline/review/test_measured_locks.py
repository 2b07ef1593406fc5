"""
Every statement that was measured, held against what the review says of it.

What is expected is derived from the measurement, never written by hand: a table that is scanned, built on or rewritten
under a lock that stops its readers or writers has to be found, and nothing else may be.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.finding import Direction
from pipeline.review.reading.locks import Lock
from pipeline.review.reading.statement import Statement, parse

MEASURED = json.loads(Path(__file__).with_name("measured_locks.json").read_text())["statements"]
CASES = [
    pytest.param(measured["sql"], result, id=f"{name}-{result['postgresql']}")
    for name, measured in MEASURED.items()
    for result in measured["results"]
]


def statements(texts: list[str], versions: str = "18") -> list[Statement]:
    version = int(versions.rpartition("-")[2])
    parsed = [one for text in texts for one in parse(text)]
    return [
        Statement(
            sql, node, kind, Path("x.py"), 1, "1", Direction.UPGRADE, 1, autocommit=False, postgresql_version=version
        )
        for sql, node, kind in parsed
    ]


def lock_of(name: str) -> Lock:
    """A lock by the name that pg_locks has for it: AccessExclusive."""
    return Lock["".join(f"_{letter}" if letter.isupper() else letter for letter in name).lstrip("_").upper()]


@pytest.mark.parametrize(("texts", "result"), CASES)
def test_the_locks_on_named_tables_are_those_that_were_measured(texts: list[str], result: dict[str, Any]) -> None:
    """What a statement merely reads is not told: AccessShare and RowShare stop nobody's reads or writes."""
    together: dict[str, Lock] = {}
    named: set[str] = set()
    for statement in statements(texts, result["postgresql"]):
        named |= {*statement.tables, *statement.locks}
        for table, lock in statement.locks.items():
            together[table] = max(lock, together.get(table, lock))

    told = {table: lock for table, lock in together.items() if lock > Lock.ROW_SHARE}

    measured = {table: lock_of(lock) for table, lock in result.get("locks", {}).items() if table in named}
    assert "error" in result or told == {table: lock for table, lock in measured.items() if lock > Lock.ROW_SHARE}
