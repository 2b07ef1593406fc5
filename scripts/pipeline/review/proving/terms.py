"""What the phases live and window are asked for: how many rows, how long, with which release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.review.finding import Phase
from pipeline.review.proving.estimate import Statistics

RUNNING = (Phase.LIVE, Phase.WINDOW)
"""The phases that run revisions."""
ROWS = 10_000
SECONDS = 120.0
SECONDS_FOR_ALL = 1800.0


@dataclass(frozen=True)
class Terms:
    """
    `seconds` is how long one run of a revision may take, `seconds_for_all` after how many no other revision is begun.

    `release` is the commit that production runs.
    """

    rows: int = ROWS
    seed: int = 1
    seconds: float = SECONDS
    seconds_for_all: float = SECONDS_FOR_ALL
    statistics: Statistics | None = None
    server: str | None = None
    python: Path | None = None
    variables: tuple[str, ...] = ()
    """Variables in which the project looks for its database's URL, beside the usual ones and those it was read to."""
    release: str | None = None
    smoke: str | None = None
    """A command of the project's own that ends with 0 where a release works on a database."""
