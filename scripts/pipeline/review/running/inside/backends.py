"""One connection of a run: what was last seen of it, and how to ask it."""

from __future__ import annotations

from typing import Any

from pipeline.review.running.inside import snapshots
from pipeline.review.running.inside.notices import Notices

_KEY = "what a review knows of this connection"


class Backend:
    """What is known of the connection `raw`, as its driver calls it."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        pid, version, self.database = snapshots.ask(raw, _WHO).split(" ", 2)
        if not self.autocommit:
            raw.rollback()  # Asking has begun a transaction, in which some things cannot be set any more.
        self.pid = int(pid)
        self._version = int(version)
        self.notices = Notices(raw)
        self.told = False
        self._seen: snapshots.Snapshot | None = None

    @property
    def autocommit(self) -> bool:
        return bool(getattr(self._raw, "autocommit", False))

    def look(self, *, autocommit: bool) -> None:
        """Look before a statement, where it is not known how the one before it left things."""
        if self._seen is None:
            self._seen = self._take(autocommit=autocommit)

    def compare(self, *, autocommit: bool) -> dict[str, Any]:
        """Look after a statement, and return what it changed; or that it could not be seen, which is no "nothing"."""
        before, self._seen = self._seen, self._take(autocommit=autocommit)
        return self._seen.since(before) if before is not None and self._seen is not None else {"unseen": True}

    def _take(self, *, autocommit: bool) -> snapshots.Snapshot | None:
        """In a transaction that has failed nothing can be asked, and the revision is to meet that by itself."""
        try:
            return snapshots.take(self._raw, autocommit=autocommit, version=self._version)
        except Exception:  # noqa: BLE001 - each driver has its own; whoever compares says that it saw nothing.
            return None

    def forget(self) -> None:
        self._seen = None

    def wrote(self) -> bool:
        """Whether its transaction changed anything; one that has failed did not."""
        try:
            return snapshots.ask(self._raw, _WROTE) is not None
        except Exception:  # noqa: BLE001 - each driver has its own; the server rolls back such a one at its commit.
            return False


_WHO = (
    "SELECT CAST(pg_catalog.pg_backend_pid() AS text) || ' ' || pg_catalog.current_setting('server_version_num')"
    " || ' ' || pg_catalog.current_database()"
)
_WROTE = "SELECT CAST(pg_catalog.txid_current_if_assigned() AS text)"


def backend_of(connection: Any) -> Backend | None:
    """Return what is known of a Connection of SQLAlchemy's, or of what its pool hands out; None if not PostgreSQL's."""
    dialect = getattr(connection, "dialect", None)
    if dialect is not None and getattr(dialect, "name", "postgresql") != "postgresql":
        return None
    found = connection.info.get(_KEY)
    if found is None and dialect is not None:
        fairy = connection.connection
        found = connection.info[_KEY] = Backend(getattr(fairy, "dbapi_connection", None) or fairy.connection)
    return found if isinstance(found, Backend) else None
