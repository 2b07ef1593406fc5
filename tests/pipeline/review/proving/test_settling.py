"""What a run may withdraw: only what it could have shown."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.review.finding import Direction, Finding, Phase, Severity
from pipeline.review.proving.proof import Passage, Proof
from pipeline.review.proving.settling import settle
from pipeline.review.proving.terms import Terms
from pipeline.review.revision import Revision
from pipeline.review.rule import all_rules
from pipeline.review.running.inside.backends import Backend
from pipeline.review.running.trace import Failure, Lock, Ran, Run, Scan

FILE = Path("r.py")
RULE = next(rule for rule in all_rules() if rule.name == "set-not-null-scans")
SUSPECTED = Finding(
    rule=RULE.name, severity=Severity.ERROR, phase=Phase.SQL, file=FILE, line=7, subject="orders.total", message="…",
    remedy="…", revision="r", direction=Direction.UPGRADE,
)  # fmt: skip
LOCK = Lock("public.orders", "AccessExclusive", 1.0, 3.0)
QUICK = Ran(FILE, 7, "r", "ALTER TABLE orders ALTER total SET NOT NULL", 1, False, 1.0, 1.5, (LOCK,))
SCANNING = replace(QUICK, scanned=(Scan("public.orders", 1, 1000),), said=('verifying table "orders"',))


def _proof(ran: Ran, rows: int = 1000, failure: Failure | None = None) -> Proof:
    run = Run(Direction.UPGRADE, "r", 0.0, 3.0, (ran,), (3.0,), failure)
    revision = Revision(FILE, "", ast.Module([], []), "r", ())
    return Proof(revision, Passage(Direction.UPGRADE, run), rows_of={"public.orders": rows})


def test_what_scanned_under_its_lock_is_confirmed_with_the_measurement() -> None:
    settled = settle(SUSPECTED, RULE, _proof(SCANNING), Terms())

    assert settled.withdrawn is None
    assert settled.finding.evidence == (
        'ACCESS EXCLUSIVE on orders for 2.0 s at 1,000 rows; PostgreSQL said: verifying table "orders"',
    )


def test_what_did_not_scan_is_withdrawn() -> None:
    settled = settle(SUSPECTED, RULE, _proof(QUICK), Terms())

    assert settled.withdrawn is not None
    assert "Run on 1,000 rows of orders, it scanned" in settled.withdrawn


@pytest.mark.parametrize(
    "proof",
    [
        _proof(QUICK, rows=0),
        _proof(QUICK, failure=Failure("it failed later")),
        _proof(replace(QUICK, unseen=True)),
        _proof(replace(QUICK, autocommit=True, locks=())),
        _proof(replace(QUICK, line=8)),
    ],
    ids=["no rows", "failed", "nobody could look", "locks may have been missed", "another line"],
)
def test_a_run_that_could_not_have_shown_it_leaves_it_as_it_was(proof: Proof) -> None:
    settled = settle(SUSPECTED, RULE, proof, Terms())

    assert (settled.withdrawn, settled.finding) == (None, SUSPECTED)


class _Refusing:
    """A driver's connection that answers nothing."""

    autocommit = False

    def cursor(self) -> object:
        raise RuntimeError("permission denied")


def test_a_look_that_fails_is_told_and_is_not_nothing() -> None:
    backend = Backend.__new__(Backend)
    vars(backend).update(_raw=_Refusing(), _seen=None, _version=180000)

    assert backend.compare(autocommit=False) == {"unseen": True}
