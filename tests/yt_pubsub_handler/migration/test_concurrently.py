"""Which statements must not be under a lock time-out; a wrong guess is an invalid index, or a stall without an end."""

from __future__ import annotations

import pytest

from yt_pubsub_handler.migration.concurrently import Unhurried, ends_transaction, unhurried


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("CREATE INDEX CONCURRENTLY ix ON t (a)", Unhurried(True, '"t"', "ix")),
        ('create unique index concurrently if not exists "I x" on only s."T" (a)', Unhurried(True, '"s"."T"', "I x")),
        ("CREATE INDEX CONCURRENTLY ON t (a)", Unhurried(True)),
        ("/* why */ DROP INDEX CONCURRENTLY IF EXISTS ix", Unhurried(True)),
        ("REINDEX (VERBOSE) TABLE CONCURRENTLY t", Unhurried(True)),
        ("REINDEX (CONCURRENTLY) INDEX ix", Unhurried(True)),
        ("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", Unhurried(True)),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY v", Unhurried(False)),
        ("ALTER TABLE t VALIDATE CONSTRAINT c", Unhurried(False)),
        ("SELECT 1; ALTER TABLE t\n VALIDATE CONSTRAINT c", Unhurried(False)),
        ("CREATE INDEX ix ON t (a)", None),
        ("ALTER TABLE t DETACH PARTITION p", None),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", None),
        ("SELECT 'ALTER TABLE t VALIDATE CONSTRAINT c'", None),
        ("COMMENT ON TABLE t IS 'create index concurrently'", None),
        ("SELECT 'a quote that does not end, concurrently", None),
    ],
)
def test_a_statement_that_takes_its_time_is_known(statement: str, kind: Unhurried | None) -> None:
    assert unhurried(statement) == kind


@pytest.mark.parametrize(
    "statement",
    ["COMMIT", "commit work", "SELECT 1; END", "BEGIN", "START TRANSACTION", "rollback", "ABORT",
     "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "-- why\nCOMMIT AND CHAIN",
     "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; COMMIT"],
)  # fmt: skip
def test_a_statement_that_begins_or_ends_a_transaction_is_known(statement: str) -> None:
    assert ends_transaction(statement)


@pytest.mark.parametrize(
    "statement",
    ["SAVEPOINT s", "RELEASE SAVEPOINT s", "ROLLBACK TO SAVEPOINT s", "ROLLBACK TO s", "PREPARE p AS SELECT 1",
     "SELECT 'commit'", 'SELECT "end" FROM t', "DO $$ BEGIN PERFORM 1; END $$",
     "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END",
     "COMMENT ON TABLE t IS 'x; COMMIT'"],
)  # fmt: skip
def test_what_only_looks_like_one_is_let_through(statement: str) -> None:
    assert not ends_transaction(statement)
