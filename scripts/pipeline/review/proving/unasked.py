"""
What of the phases live and window goes without saying: a review for which no phases were named runs what it can.

Running executes the project's code: its env.py, its revisions and what they import, and its smoke test. Whoever reviews
what a stranger wrote names the phases that read.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.review.finding import Phase
from pipeline.review.proving.terms import Terms

_MOST = 20
"""One takes seconds, so that a whole history would take minutes that nobody asked for."""


def what_can_be_run(directory: Path, chosen: int, terms: Terms) -> tuple[tuple[Phase, ...], str]:
    """Return the phases in which `chosen` revisions are run, and why there are none where that has to be said."""
    if not chosen or not (directory / "env.py").is_file():
        return (), ""
    phases = (Phase.LIVE, Phase.WINDOW) if terms.release is not None else (Phase.LIVE,)
    if chosen > _MOST:
        return (), (
            f"Nothing was run: {chosen:,} revisions were chosen, and more than {_MOST} are run when it is asked for: "
            f"add --phases history,source,sql,{','.join(phases)}."
        )
    return phases, ""
