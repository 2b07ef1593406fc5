"""The chart of a page: what a reader sees of locks without a picture and without colours."""

from __future__ import annotations

from itertools import pairwise

from pipeline.review.render.bars import bars
from pipeline.review.render.proved import passages
from tests.pipeline.review.render.lived import CALM, FAILED, HOSTILE, ORDERS, held, huge, lock, passage


def test_what_blocks_reads_what_blocks_writes_and_what_blocks_nobody_differ_without_colour() -> None:
    *_, signs = told = bars(passages(ORDERS))

    by_lock = {line[30:].strip().rpartition(",")[0]: set(line[:30]) - {" "} for line in told if "," in line}
    assert by_lock == {
        "orders ACCESS EXCLUSIVE": {"█"}, "users SHARE": {"▒"}, "customers ACCESS SHARE": {"─"},
        "users ROW EXCLUSIVE": {"─"},
    }  # fmt: skip
    assert signs == "█ blocks reads and writes   ▒ blocks writes   ─ blocks nobody"


def test_a_bar_stands_where_and_as_long_as_the_lock_was_held() -> None:
    half = passage(seconds=2.0, locks=[held(0.0, 1.0), held(1.0, 2.0, "b")])

    told = bars([("upgrade", half)])

    assert told[:5] == [
        "upgrade:",
        "0 s     0.5 s  1 s    1.5 s  2 s",
        "┬───────┬──────┬──────┬──────┬",
        "███████████████                 orders ACCESS EXCLUSIVE, 1.0 s",
        "               ███████████████  b ACCESS EXCLUSIVE, 1.0 s",
    ]


def test_a_lock_too_short_for_a_column_is_seen_all_the_same() -> None:
    short = passage(seconds=2.0, locks=[held(1.0, 1.0)])

    [row] = [line for line in bars([("upgrade", short)]) if "orders" in line]

    assert row.count("█") == 1


def test_a_direction_that_locked_nothing_has_no_chart() -> None:
    assert bars(passages(FAILED)) == []
    assert not any(line.startswith("downgrade") for line in bars(passages(CALM)))


def test_three_hundred_locks_are_ten_lines_and_a_word_about_the_rest() -> None:
    told = bars([("upgrade", huge()["upgrade"])])

    assert sum("ACCESS EXCLUSIVE" in line for line in told) == 10
    assert "and 290 more that block less or shorter" in told


def test_no_line_is_wider_than_a_page_and_no_name_breaks_it() -> None:
    names = ["n" * 300, HOSTILE, "表" * 300, "a\nb"]
    modes = ["ACCESS EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"]
    odd = passage(locks=[lock(name, mode) for name in names for mode in modes])

    told = bars([("upgrade", odd)])

    assert max(map(len, told)) <= 75
    assert all("\n" not in line and "\x1b" not in line for line in told)
    assert sum("SHARE UPDATE EXCLUSIVE, 1.9 s" in line for line in told) == 4


def test_the_labels_of_an_axis_stand_apart() -> None:
    for length in (0.0, 0.046, 1.9, 33.0, 100.0, 120.0, 179.9, 1e5):
        [_, labels, *_] = bars([("upgrade", passage(seconds=length, locks=[held(0.0, 0.0)]))])
        numbers = [float(word.replace(",", "")) for word in labels.split()[::2]]
        assert all(one < other for one, other in pairwise(numbers)), labels
        assert len(set(labels.split()[1::2])) == 1, labels
