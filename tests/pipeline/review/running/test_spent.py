"""Where the time went: each second is counted for one part of a thread."""

from __future__ import annotations

import time

from pipeline.review.running.spent import Part, Spent


def test_what_a_part_does_inside_another_is_its_own() -> None:
    spent = Spent()

    with spent.on(Part.RUNS):
        time.sleep(0.05)
        with spent.on(Part.COPIES):
            time.sleep(0.2)
    seconds = spent.seconds

    assert list(seconds) == [Part.COPIES, Part.RUNS, "all"]
    assert seconds[Part.COPIES] >= 0.2 > seconds[Part.RUNS] - 0.1
    assert abs(seconds["all"] - seconds[Part.RUNS] - seconds[Part.COPIES]) < 0.05
