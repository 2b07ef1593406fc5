"""
Every statement that was measured, held against what the review says of it.

What is expected is derived from the measurement, never written by hand: a table that is scanned, built on or rewritten
under a lock that stops its readers or writers has to be found, and nothing else may be.
"""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy.types import UserDefinedType

from pipeline.review.checking import check_script
from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.locks import Lock
from pipeline.review.reading.parts import Column
from pipeline.review.reading.script import Call, Script
from pipeline.review.reading.statement import Statement, parse
from pipeline.review.rule import Harm, all_rules

FILE = json.loads(Path(__file__).with_name("measured_locks.json").read_text())
SETUP: list[str] = FILE["setup"]
MEASURED = FILE["statements"]
CASES = [
    pytest.param(measured["sql"], result, id=f"{name}-{result['postgresql']}")
    for name, measured in MEASURED.items()
    for result in measured["results"]
]


VERSIONS = [
    pytest.param(name, measured["sql"], result, int(version), id=f"{name}-{version}")
    for name, measured in MEASURED.items()
    for result in measured["results"]
    for version in dict.fromkeys(result["postgresql"].split("-"))
]
COLUMNS = {
    column.name: column.type for text in SETUP for _, node, kind in parse(text) if kind == "CreateStmt"
    for one in node.table_elts for column in [Column("child", one.column_def.colname, one.column_def)]
    if one.WhichOneof("node") == "column_def" and node.relation.relname == "child"
}  # fmt: skip


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


# Over in a moment once they have their lock, so nothing was measured; but the queue behind them has to wait for the
# longest query on the table, and there is a form that waits alone.
WAITS_FOR_EVERYBODY = {"drop_index", "detach_partition", "create_partition_of", "lock_table"}

# They lock rows, not the table: how many is for the rules about data to say.
CHANGES_ROWS = {"update_all", "delete_all", "insert_select"}
# The tablespace is the one the table is in already, which the statement does not show.
NOTHING_TO_DO = {"set_tablespace"}


def stops_somebody(table: str, lock: Lock) -> bool:
    """A materialized view has readers only."""
    return lock.blocks_reads or (lock.blocks_writes and table != "mv")


def as_revision(texts: list[str], version: int) -> Script:
    """The measured statements in a transaction of their own, behind those that made the tables."""
    script = Script(Path("x.py"), "1", Direction.UPGRADE, 1)
    for transaction, some in enumerate((SETUP, texts)):
        for sql, node, kind in (one for text in some for one in parse(text)):
            statement = Statement(
                sql, node, kind, Path("x.py"), len(script.statements), "1", Direction.UPGRADE, transaction,
                autocommit=False, postgresql_version=version,
            )  # fmt: skip
            script.statements.append(replace(statement, call=call_that_knows_the_type(statement)))
    return script


def call_that_knows_the_type(statement: Statement) -> Call | None:
    """An ALTER TYPE as alter_column sends it, which autogenerate tells the old type."""
    for change in statement.changed("AlterColumnType"):
        arguments = {"existing_type": MeasuredType(COLUMNS[change.name or ""]), "column_name": change.name}
        node = cast("ast.Call", ast.parse("op.alter_column()", mode="eval").body)
        return Call("alter_column", arguments, node, 1, "op.alter_column()", 1, autocommit=False)
    return None


class MeasuredType(UserDefinedType[Any]):
    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **_: Any) -> str:
        return self.text


def found_in_last(script: Script) -> list[tuple[str, Severity]]:
    """What the rules about waiting say of the last statement."""
    last = script.statements[-1].line
    about_waiting = [rule for rule in all_rules() if rule.harm is Harm.BLOCKS]
    findings = check_script(script, about_waiting)
    return [(finding.rule, finding.severity) for finding in findings if finding.line == last]


@pytest.mark.parametrize(("name", "texts", "result", "version"), VERSIONS)
def test_what_was_measured_to_block_is_found_and_nothing_else(
    name: str, texts: list[str], result: dict[str, Any], version: int
) -> None:
    blocked = [table for table in result.get("scans", []) if stops_somebody(table, lock_of(result["locks"][table]))]

    found = found_in_last(as_revision(texts, version))

    if blocked:
        assert found
    elif name in WAITS_FOR_EVERYBODY:
        assert [severity for _, severity in found] == [Severity.WARNING]
    elif name in NOTHING_TO_DO:
        assert [severity for _, severity in found] == [Severity.ERROR]
    elif name in CHANGES_ROWS:
        assert {severity for _, severity in found} <= {Severity.INFO, Severity.WARNING}
    else:
        assert "error" in result or {severity for _, severity in found} <= {Severity.INFO}


@pytest.mark.parametrize(("name", "texts", "result", "version"), VERSIONS)
def test_what_the_server_refuses_in_a_transaction_is_found(
    name: str, texts: list[str], result: dict[str, Any], version: int
) -> None:
    refused = "cannot run inside a transaction block" in result.get("error", "")

    failing = [rule for rule in all_rules() if rule.name == "cannot-run-in-transaction"]
    findings = list(check_script(as_revision(texts, version), failing))

    assert bool(findings) is refused
