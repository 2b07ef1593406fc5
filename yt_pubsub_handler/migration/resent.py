"""
Without this file an invoke whose connection dropped could not be sent again without running twice.

The second one waits for the first to end, however long that takes, and gives its answer. An old answer is given only
while it is still true of the database: after a rollback, "applied" would be a lie.
"""

from __future__ import annotations

from sqlalchemy import text

from yt_pubsub_handler.migration import mutex
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused
from yt_pubsub_handler.migration.ledger import Ledger
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.limits import Deadline
from yt_pubsub_handler.migration.report import Report
from yt_pubsub_handler.migration.requests import Request
from yt_pubsub_handler.migration.revisions import database_revision
from yt_pubsub_handler.migration.runs import Ended, ended_run


class Recorded:
    """What the ledger knows of a request."""

    def __init__(self, ledger: Ledger, request: Request) -> None:
        self._ledger, self._request = ledger, request

    def ended(self) -> Ended | None:
        """Return the run that the request was already, if it is over."""
        if self._request.key and ledger_version(self._ledger.connection):
            return ended_run(self._ledger.connection, self._request.key)
        return None

    def patience(self, deadline: Deadline) -> float:
        """Return for how many seconds the mutex is to be waited for: to the end, if it is the request's own."""
        if self._request.key and ledger_version(self._ledger.connection):
            running = text("SELECT EXISTS (SELECT FROM pipeline.runs WHERE key = :key AND outcome = 'running')")
            if self._ledger.connection.scalar(running, {"key": self._request.key}):
                return deadline.left()
        return min(mutex.PATIENCE_SECONDS, deadline.left())

    def answer(self) -> Report:
        """Return what came of one that is over. Raises Refused when that is not true any more, or was nothing good."""
        ended = self.ended()
        if ended is None:
            raise MigrationFailed(
                "fence", "Nothing was done: this request was begun again by another run. See run.run_migration_status."
            )
        now = database_revision(self._ledger.connection)
        if ended.result is not None and now == ended.to_revision:
            return Report(ended.result | {"repeated": True})
        told = (
            f"[{ended.error_code}] {ended.error}" if ended.error else f"{ended.outcome}, ending at {ended.to_revision}."
        )
        raise Refused(
            "same-request",
            f"Nothing was done: this request ran before, as run {ended.id}: {told} Now the database is at "
            f"{now or 'no revision'}. Start the workflow anew, as a new attempt.",
        )
