"""An invoke may reach Lambda before the update has: the old package would find nothing to do, and exit 0."""

from __future__ import annotations

from typing import Any

import pytest

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.expectations import check_expectations

COMMIT, HEAD = "c" * 40, "a" * 12


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"expect": None},
        {"expect": {"commit": COMMIT}},
        {"expect": {"head": HEAD}},
        {"command": "run.run_alembic_upgrade", "expect": {"commit": COMMIT, "head": HEAD}},
    ],
)
def test_the_package_that_is_meant_goes_on(event: dict[str, Any]) -> None:
    check_expectations(event, commit=COMMIT, head=HEAD)


def test_every_difference_is_told() -> None:
    event = {"expect": {"commit": "d" * 40, "head": "b" * 12}}

    with pytest.raises(Refused) as raised:
        check_expectations(event, commit=COMMIT, head=HEAD)

    assert str(raised.value) == (
        f"[expect] Nothing was done: commit {'d' * 40} was expected, this package has {COMMIT}; "
        f"head {'b' * 12} was expected, this package has {HEAD}. "
        "Wait until the update has reached Lambda, or invoke the version that holds it."
    )


@pytest.mark.parametrize("expect", [{}, [], "c" * 40, 1, True, {"comit": COMMIT}, {"commit": COMMIT, "x": 1}])
def test_what_cannot_be_understood_is_refused(expect: Any) -> None:
    with pytest.raises(Refused, match=r'^\[request\] Nothing was done: "expect" must be an object'):
        check_expectations({"expect": expect}, commit=COMMIT, head=HEAD)


def test_a_head_of_nothing_is_an_expectation_too() -> None:
    with pytest.raises(Refused, match=r"^\[expect\] Nothing was done: head None was expected"):
        check_expectations({"expect": {"head": None}}, commit=COMMIT, head=HEAD)
