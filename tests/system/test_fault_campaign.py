"""
A few cases of `make campaign-faults`: one of each harm, each at another boundary, on one deployment.

The whole matrix takes minutes; that the judge sees what is wrong is `tests/pipeline/campaign`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.console import Console

from pipeline.campaign.case import Harm, all_cases
from pipeline.campaign.cli import deployed, run_cases
from pipeline.campaign.deploy import BOUNDARIES
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.machine import Machine

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

BY_NAME = {str(case): case for case in all_cases()}
# The case, what each revision was right after it, what finished it, and what the ledger tells of each in the end.
EXPECTED = {
    "connection dropped, when revision 1 is done, not committed": (
        ("under way", "not begun", "not begun"),
        "itself; sent again, it got the same answer",
        ("applied", "applied", "applied"),
    ),
    "HTTP 500, when the run is closed": (
        ("applied", "applied", "applied"),
        "itself; sent again, it got the same answer",
        ("applied", "applied", "applied"),
    ),
    "time-out, when revision 2 is committed": (
        ("applied", "applied", "not begun"),
        "the next deploy",
        ("applied", "applied", "applied"),
    ),
    "sandbox frozen, when revision 3 is done, not committed": (
        ("applied", "applied", "under way"),
        "the next deploy, beside the frozen one",
        ("applied", "applied", "interrupted, applied"),
    ),
    "sandbox killed, when the index is being built": (
        ("applied", "cut off", "not begun"),
        "the next deploy",
        ("applied", "interrupted, applied", "applied"),
    ),
}


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with deployed(Display(Console(stderr=True))) as running:
        yield running


def test_every_harm_leaves_what_the_next_deploy_finishes(machine: Machine) -> None:
    results = run_cases(machine, [BY_NAME[name] for name in EXPECTED], lanes=len(EXPECTED))

    found = {str(one.case): (one.after, one.finished_by, one.ledger) for one in results}
    assert {str(one.case): one.problems for one in results if one.problems} == {}
    assert found == EXPECTED


def test_each_harm_meets_each_boundary_once() -> None:
    cases = all_cases()

    assert len({str(case) for case in cases}) == len(cases) == len(Harm) * len(BOUNDARIES) - 1
    assert {BY_NAME[name].harm for name in EXPECTED} == set(Harm)
