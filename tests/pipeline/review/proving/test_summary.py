"""What the formats and other programs are given of a proof: the times on one clock, and no key less than promised."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.review.comparing.catalog import Difference
from pipeline.review.finding import Direction
from pipeline.review.proving.proof import Crash, Passage, Proof
from pipeline.review.proving.summary import Live, as_dictionary
from pipeline.review.proving.terms import Terms
from pipeline.review.revision import Revision
from pipeline.review.running.trace import Failure, Lock, Ran, Run

FILE = Path("0007.py")
REVISION = Revision(FILE, "", ast.Module([], []), "0007", ())
LOCK = Lock("public.orders", "AccessExclusive", 100.25, 101.0)
ALTER = Ran(FILE, 9, "0007", "ALTER TABLE orders …", 1, autocommit=False, started=100.25, ended=100.75, locks=(LOCK,))
WATCHED = Run(Direction.UPGRADE, "0007", 100.0, 101.125, (ALTER,), (101.0,))
BUSY = replace(
    WATCHED,
    started=200.0,
    ended=200.5,
    statements=(replace(ALTER, started=200.125, ended=200.25, locks=()),),
    commits=(200.375,),
)


def upgrade_of(proof: Proof) -> dict[str, Any]:
    [revision] = as_dictionary(Live((proof,), (), 18, Terms()), [], [])["revisions"]
    upgrade: dict[str, Any] = revision["upgrade"]
    return upgrade


def spans(upgrade: dict[str, Any]) -> list[tuple[float, float]]:
    return [(lock["from"], lock["until"]) for lock in upgrade["locks"]]


def test_locks_statements_and_commits_are_on_the_clock_of_the_run_under_traffic() -> None:
    upgrade = upgrade_of(Proof(REVISION, Passage(Direction.UPGRADE, WATCHED, busy=BUSY)))

    assert (upgrade["seconds"], spans(upgrade)) == (0.5, [(0.125, 0.375)])
    assert upgrade["sent"] == [{"line": 9, "at": 0.125, "seconds": 0.125}]
    assert upgrade["commits"] == [0.375]


def test_without_traffic_they_are_on_the_clock_of_the_run_that_was_watched() -> None:
    upgrade = upgrade_of(Proof(REVISION, Passage(Direction.UPGRADE, WATCHED)))

    assert (upgrade["seconds"], spans(upgrade)) == (1.125, [(0.25, 1.0)])
    assert upgrade["sent"] == [{"line": 9, "at": 0.25, "seconds": 0.5}]
    assert upgrade["commits"] == [1.0]


def test_a_lock_that_the_run_under_traffic_did_not_come_to_keeps_the_clock_it_was_seen_by() -> None:
    """It would begin at minus a hundred seconds otherwise, as each run has its own beginning."""
    stopped = replace(BUSY, statements=(), commits=())

    upgrade = upgrade_of(Proof(REVISION, Passage(Direction.UPGRADE, WATCHED, busy=stopped)))

    assert (spans(upgrade), upgrade["sent"], upgrade["commits"]) == ([(0.25, 1.0)], [], [])


def test_a_crash_says_how_it_ended() -> None:
    failed = replace(WATCHED, failure=Failure("relation ix exists"))
    crashes = (Crash(1, 3, failed, ()), Crash(2, 3, WATCHED, (Difference("index", "ix", None, "CREATE INDEX"),)))
    proof = Proof(REVISION, Passage(Direction.UPGRADE, WATCHED), crashes=crashes)

    [revision] = as_dictionary(Live((proof,), (), 18, Terms()), [], [])["revisions"]

    assert [(one["converged"], one["failed"]) for one in revision["crashes"]] == [
        (False, "relation ix exists"),
        (False, None),
    ]
    assert revision["crashes"][1]["differs"] == [str(crashes[1].schema[0])]
