"""
Locks over time, laid out for whoever draws them: one lane for each relation and mode, on an axis with round ticks.

Everything here is bounded: a revision may lock every partition of a table, and nobody reads three hundred bars.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.review.proving.evidence import seconds

WEIGHTS = {"nobody": 0, "writes": 1, "reads and writes": 2}
"""What a lock keeps from working, with how bad that is."""
SHORTEST = 0.001
"""Seconds, to which the times are rounded: a run without any length is drawn as this long."""


@dataclass(frozen=True)
class Lane:
    """A relation that was locked in a mode: from when until when, once per transaction."""

    relation: str
    mode: str
    blocks: str
    is_table: bool
    """Whether its rows are known; what belongs to a table (an index, a sequence) is locked with it."""
    spans: tuple[tuple[float, float], ...]

    @property
    def held(self) -> float:
        """The longest that it was held at a stretch."""
        return max(until - since for since, until in self.spans)

    @property
    def weight(self) -> int:
        return WEIGHTS.get(self.blocks, 0)


def lanes(passage: Mapping[str, Any]) -> list[Lane]:
    """Return those of one direction, the worst first: what blocks more, then tables, then what was held longer."""
    found: dict[tuple[str, str, str, bool], list[tuple[float, float]]] = {}
    for lock in passage["locks"]:
        since = max(0.0, lock["from"])
        key = (lock["relation"], lock["mode"], lock["blocks"], lock["rows"] is not None)
        found.setdefault(key, []).append((since, max(since, lock["until"])))
    all_of_them = [Lane(*key, tuple(sorted(spans))) for key, spans in found.items()]
    return sorted(all_of_them, key=_importance)


def in_order(chosen: Iterable[Lane]) -> list[Lane]:
    """As they were taken."""
    return sorted(chosen, key=lambda lane: (lane.spans[0][0], _importance(lane)))


def _importance(lane: Lane) -> tuple[Any, ...]:
    return (-lane.weight, not lane.is_table, -lane.held, lane.relation, lane.mode)


def worst_stalls(passage: Mapping[str, Any]) -> dict[str, tuple[float, str]]:
    """The longest wait of a `reads` and of a `writes`, and for which relation; empty when nobody tried."""
    return {
        kind: max(((stall[kind], stall["relation"]) for stall in passage["stalls"]), key=lambda one: one[0])
        for kind in ("reads", "writes")
        if passage["stalls"]
    }


def length_of(passage: Mapping[str, Any]) -> float:
    """How many seconds an axis has to hold."""
    waited = {stall["relation"]: max(stall["reads"], stall["writes"]) for stall in passage["stalls"]}
    ends = [lock["until"] for lock in passage["locks"]]
    ends += [
        lock["from"] + waited.get(lock["relation"], 0.0) for lock in passage["locks"] if lock["blocks"] != "nobody"
    ]
    sent = [one["at"] + one["seconds"] for one in passage.get("sent", ())]
    return float(max(SHORTEST, passage["seconds"], *ends, *sent, *passage.get("commits", ())))


def ticks(length: float, most: int) -> list[tuple[float, str]]:
    """At most `most` + 1 moments from 0 to `length` that are round in one unit, with what stands at each."""
    unit, size = ("min", 60.0) if length >= 180 else ("s", 1.0) if length >= 1 else ("ms", 0.001)
    least = length / size / most
    decade = 10.0 ** math.floor(math.log10(least))
    step = next(decade * factor for factor in (1, 2, 5, 10) if decade * factor >= least * 0.999)
    return [(size * step * at, f"{step * at:,g} {unit}") for at in range(int(length / size / step * 1.001) + 1)]


def time_of(value: float) -> str:
    """1.9 s, 46 ms; what is too short to be measured is said to be."""
    return seconds(value) if value >= SHORTEST else "under 1 ms"
