"""The layout that the chart of a page and the picture share."""

from __future__ import annotations

import pytest

from pipeline.review.render.lanes import Lane, in_order, lanes, length_of, ticks, time_of
from tests.pipeline.review.render.lived import ORDERS, held, passage


def test_a_relation_and_a_mode_are_one_lane_with_a_span_per_transaction() -> None:
    twice = passage(locks=[held(0.5, 0.7), held(0.1, 0.2)])

    assert lanes(twice) == [Lane("orders", "ACCESS EXCLUSIVE", "reads and writes", True, ((0.1, 0.2), (0.5, 0.7)))]


def test_the_worst_lane_is_first_by_what_it_blocks_and_then_by_how_long() -> None:
    found = lanes(ORDERS["upgrade"])

    assert [(lane.relation, lane.mode) for lane in found] == [
        ("orders", "ACCESS EXCLUSIVE"), ("users", "SHARE"), ("customers", "ACCESS SHARE"), ("users", "ROW EXCLUSIVE"),
    ]  # fmt: skip
    assert [lane.relation for lane in in_order(found)] == ["orders", "customers", "users", "users"]


def test_a_table_comes_before_the_indexes_that_are_locked_with_it() -> None:
    """Dropping a table locks each of its indexes: four of these would be all that a cell shows."""
    dropped = passage(locks=[{**held(0.1, 0.3, "ix_orders"), "rows": None}, held(0.1, 0.2)])

    assert [lane.relation for lane in lanes(dropped)] == ["orders", "ix_orders"]
    assert [lane.relation for lane in in_order(lanes(dropped))] == ["orders", "ix_orders"]


@pytest.mark.parametrize("span", [(-0.002, -0.001), (0.3, 0.1)])
def test_a_lock_never_ends_before_it_begins(span: tuple[float, float]) -> None:
    [lane] = lanes(passage(locks=[held(*span)]))

    assert (lane.spans[0][0] >= 0, lane.held) == (True, 0.0)


def test_an_axis_holds_everything_that_is_drawn_on_it() -> None:
    late = passage(
        seconds=1.0,
        locks=[held(0.5, 0.9)],
        stalls=[{"relation": "orders", "reads": 2.0, "writes": 0.1}],
        sent=[{"line": 1, "at": 1.0, "seconds": 0.2}],
        commits=[1.3],
    )

    assert length_of(late) == 2.5
    assert length_of({**late, "stalls": []}) == 1.3
    assert length_of(passage(seconds=0.0)) > 0


def test_nobody_waits_for_a_lock_that_blocks_nobody() -> None:
    """Users' last lock is one of these: the wait for the one before it, counted from there, would stretch the axis."""
    assert length_of(ORDERS["upgrade"]) == 1.912


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (0.001, ["0 ms", "0.5 ms", "1 ms"]),
        (0.046, ["0 ms", "20 ms", "40 ms"]),
        (1.912, ["0 s", "0.5 s", "1 s", "1.5 s"]),
        (60.0, ["0 s", "20 s", "40 s", "60 s"]),
        (250.0, ["0 min", "2 min", "4 min"]),
        (1e6, ["0 min", "5,000 min", "10,000 min", "15,000 min"]),
    ],
)
def test_ticks_are_round_in_the_unit_that_suits(length: float, labels: list[str]) -> None:
    found = ticks(length, 4)

    assert [label for _, label in found] == labels
    assert found[-1][0] <= length * 1.001


def test_what_is_too_short_to_be_measured_is_not_said_to_be_nothing() -> None:
    assert (time_of(0.0), time_of(0.001), time_of(1.9)) == ("under 1 ms", "1.0 ms", "1.9 s")
