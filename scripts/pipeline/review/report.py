"""The outcome of a review: what was looked at, what was found, and what could not be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.review.finding import Finding, NotAnalysed, Phase


@dataclass(frozen=True)
class Report:
    """`live` is filled by the phases that run revisions, and stays empty without them."""

    directory: Path
    phases: tuple[Phase, ...]
    analysed: tuple[Path, ...]
    findings: tuple[Finding, ...]
    not_analysed: tuple[NotAnalysed, ...] = ()
    live: dict[str, Any] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    """What was asked for and not answered, one sentence each: the review then ends with 3, whatever else it found."""
    not_run: tuple[str, ...] = ()
    """Why revisions were not run, or not in each way, where nobody had asked for it, one sentence each."""
