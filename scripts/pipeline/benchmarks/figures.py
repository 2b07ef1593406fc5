"""
What was measured, and beside each figure what it should be.

A target is printed, never asserted: on a busy machine a figure is worth less than the reason to look at it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

RATIO = 1.3
NO_OP_SECONDS = 0.2
LOCK_TIMEOUT_SECONDS = 4.0
"""The engine's usual one, of which every lock that a revision waits for may keep others waiting."""


@dataclass(frozen=True)
class Cost:
    """The same revisions applied by both, in seconds (medians)."""

    name: str
    plain: float
    engine: float

    @property
    def ratio(self) -> float:
        return self.engine / self.plain


@dataclass(frozen=True)
class NoOp:
    """An upgrade that finds nothing to do, and bare connecting, in seconds (medians)."""

    upgrade: float
    connect: float

    @property
    def over(self) -> float:
        return self.upgrade - self.connect


@dataclass(frozen=True)
class Stall:
    """How long a change took, and the longest that a reader and a writer of its table waited meanwhile, in seconds."""

    change: str
    way: str
    took: float
    reader: float
    writer: float
    safe: bool


@dataclass(frozen=True)
class Figures:
    """One run: `quiet` is what a reader and a writer see when nothing happens."""

    rows: int
    costs: tuple[Cost, ...]
    no_op: NoOp
    quiet: Stall
    stalls: tuple[Stall, ...]


def duration(seconds: float) -> str:
    """Write a duration in the unit in which one would say it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s"


def verdict(figure: float, target: float, unit: Callable[[float], str] = duration) -> str:
    """Say whether `figure` is within `target`, and by how much it is not."""
    return "met" if figure <= target else f"missed by {unit(figure - target)}"
