"""What is asked of the phases that run revisions, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pipeline.review.finding import Finding, NotAnalysed, Phase
from pipeline.review.layout import Layout
from pipeline.review.proving.terms import Terms
from pipeline.review.revision import Revision

if TYPE_CHECKING:
    from pipeline.postgres import Server  # Whoever only reads has no use for a driver.


@dataclass(frozen=True)
class Question:
    """Which revisions are to be proved, in which of the phases, for which PostgreSQL."""

    layout: Layout
    revisions: tuple[Revision, ...]
    chosen: tuple[Revision, ...]
    phases: tuple[Phase, ...]
    version: int
    terms: Terms
    nothing_is_new: bool = False
    """There is a base, and no revision that it does not have: only the models may have changed."""
    ahead: Future[Server] | None = None
    """A throwaway server that was started before anybody knew for certain that it is needed."""


@dataclass
class Outcome:
    """What is to be said after running: the findings that remain and the new ones, and the report's part `live`."""

    findings: list[Finding]
    live: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    answered: tuple[Phase, ...] = ()
    """The phases that found something out; what is accepted for the others is not unused."""
    in_the_way: str | None = None
    """Why nothing could be run at all."""
    not_run: tuple[str, ...] = ()
    withdrawn: tuple[Finding, ...] = ()
    """What running refuted; whoever had accepted it was not wrong to."""
    not_analysed: tuple[NotAnalysed, ...] = ()

    def as_unasked(self) -> Outcome:
        """The same where nobody asked for it: what could not be found out is told, and fails nothing."""
        why = (f"Nothing was run: {self.in_the_way}",) if self.in_the_way else tuple(self.failures)
        live = self.live or nothing_run(())
        live = {**live, "notes": [*live["notes"], *why]}
        return replace(self, live=live if why else self.live, failures=[], not_run=why)


def nothing_run(notes: Iterable[str]) -> dict[str, Any]:
    """The report's part `live` where no revision was run: the `notes` say why."""
    return {
        "server": None, "rows": None, "seed": None, "release": None, "notes": list(notes), "revisions": [],
        "together": None, "drift": None, "withdrawn": [],
    }  # fmt: skip
