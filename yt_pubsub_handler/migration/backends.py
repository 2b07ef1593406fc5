"""
Without this file nobody could say who is in the way, or get rid of what a dead run has left on the server.

Who somebody is: process id, application_name, role, state and age. Never the text of a query, which quotes rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.errors import Refused

POLL_SECONDS = 0.1
_END_SECONDS = 10.0


@dataclass(frozen=True)
class Backend:
    """A session on the server. `seconds` is how old its transaction is, or its state; None where we may not see it."""

    pid: int
    application_name: str | None
    role: str | None
    state: str | None
    seconds: float | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        if self.pid == 0:
            return "a prepared transaction (see pg_prepared_xacts)"
        known = [
            self.application_name or None,
            f"role {self.role}" if self.role else None,
            self.state,
            f"for {self.seconds:.0f} s" if self.seconds is not None else None,
        ]
        return f"pid {self.pid} ({', '.join(part for part in known if part)})"


COLUMNS = (
    "a.pid, left(a.application_name, 64), a.usename, a.state, "
    "extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change, a.backend_start))::float"
)
_OURS = "a.datname = current_database() AND a.pid <> pg_backend_pid() AND starts_with(a.application_name, :name)"


def named(connection: Connection, name: str) -> list[Backend]:
    """Return the sessions in this database whose application_name begins with `name`."""
    found = connection.execute(text(f"SELECT {COLUMNS} FROM pg_stat_activity a WHERE {_OURS}"), {"name": name})  # noqa: S608 - constants.
    return [Backend(*row) for row in found]


def wait_until_gone(
    connection: Connection, name: str, seconds: float, check: Callable[[], None] = lambda: None
) -> list[Backend]:
    """Wait until no session is called so; return those that still are after `seconds`."""
    until = time.monotonic() + seconds
    while (left := named(connection, name)) and time.monotonic() < until:
        check()
        time.sleep(POLL_SECONDS)
    return left


def end(connection: Connection, backends: Collection[Backend], name: str) -> None:
    """End `backends`, all called `name…`, and wait until they are gone. Raises Refused when one stays."""
    if not backends:
        return
    for backend in backends:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend.pid})
    left = {backend.pid for backend in backends}
    until = time.monotonic() + _END_SECONDS
    while still := [one for one in named(connection, name) if one.pid in left]:
        if time.monotonic() > until:
            raise Refused(
                "mutex-held",
                f"Nothing was done: {still[0]} is left of an earlier migration and does not end. Look at what it "
                f"waits for, end it by SELECT pg_terminate_backend({still[0].pid}), then run the deploy again.",
            )
        time.sleep(POLL_SECONDS)
