"""
Without this file the end of a run would be lost in it: Lambda returns the last 4 KB of the log, and people read its
last line.

Zappa prints what an entry point returns. A Report is a dictionary for programs, and prints as one short line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yt_pubsub_handler.migration.errors import MigrationFailed
from yt_pubsub_handler.migration.requests import Request
from yt_pubsub_handler.migration.steps import Step, StepFailed

_LONGEST_CAUSE = 240

_NEXT = {
    "budget": "Split the revision, or give it budget_seconds in its file, and deploy again.",
    "cancelled": "Run the {again} again to go on from there.",
    "deadline": "Run the {again} again: it goes on from there.",
    "invalid-index": "Run the {again} again: the index is dropped and built anew.",
    "lock-timeout": "Run the {again} again when that session is over.",
    "older-transactions": "Run the {again} again then.",
    "mutex-lost": "See run.run_migration_status, then run the {again} again.",
    "fence": "See run.run_migration_status: the other run tells how it ended.",
}
_TOO_SHORT = "Raise the function's timeout_seconds, or lower the revision's budget_seconds, and deploy again."
_CORRECT = {
    "upgrade": "Correct that revision and deploy again.",
    "downgrade": "Correct its downgrade() in a new release, or leave the schema and move traffic only.",
}


class Report(dict[str, Any]):
    """What a run did, ready for JSON."""

    def __str__(self) -> str:
        done = self.get("applied", self.get("undone", []))
        verb = "applied" if "applied" in self else "undone"
        if not done:
            what = "nothing to do"
        else:
            seconds = sum(step["seconds"] for step in self["steps"])
            retries = sum(step["retries"] for step in self["steps"])
            what = f"{len(done)} revision{'s' * (len(done) > 1)} {verb} in {seconds:.1f} s"
            what += f" ({retries} retries for locks)" if retries else ""
        again = " (this request ran before; nothing was done now)" if self.get("repeated") else ""
        return f"Done: {what}; the database is at {self['to']}. Run {self['run']}.{again}"


def report(
    request: Request, number: int, steps: Sequence[Step], *, head: str | None, start: str | None, end: str | None
) -> Report:
    """Return what run `number` did."""
    verb = "applied" if request.direction == "upgrade" else "undone"
    return Report(
        {
            "from": start,
            "to": end,
            verb: [step.revision for step in steps],
            "head": head,
            "release": request.release.as_dict(),
            "lambda_version": request.release.version,
            "run": number,
            "steps": [step.as_dict() for step in steps],
        }
    )


def failed(
    request: Request, failure: StepFailed, steps: Sequence[Step], *, start: str | None, now: str | None
) -> MigrationFailed:
    """Say what happened, where the database stands, and what to do: the last line that somebody reads."""
    kept = " and what that revision commits by itself" if failure.kept else ""
    done = f"{len(steps)} done before" if steps else "unchanged"
    again = "deploy" if request.direction == "upgrade" else "rollback"
    known = _NEXT | {"revision-failed": _CORRECT[request.direction], "transaction-control": _CORRECT["upgrade"]}
    # Others say themselves what to do.
    next_step = known.get(failure.code, "").format(again=again)
    if failure.code == "deadline" and not steps:
        next_step = _TOO_SHORT
    return MigrationFailed(
        failure.code,
        f"The {request.direction} stopped in revision {failure.revision}: {_short(failure.message)}. "
        f"The database is at {now or 'no revision'} ({done}{kept}; it was at {start or 'none'}). {next_step}".rstrip(),
    )


def _short(text: str) -> str:
    text = text.rstrip(". ")
    return text if len(text) <= _LONGEST_CAUSE else f"{text[:_LONGEST_CAUSE]}…"
