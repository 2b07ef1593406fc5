"""
What a change does to those who use its table meanwhile, as autogenerate writes it and as it can be written.

Both are applied by the engine, so only the revision differs. The last one is about who applies it: a change of
milliseconds that comes to wait behind a report, with everybody else queued behind the change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from pipeline.benchmarks.changes import CHANGES, QUICK, Revision
from pipeline.benchmarks.figures import Stall
from pipeline.benchmarks.traffic import traffic
from pipeline.benchmarks.upgrades import Bench, write_migrations

GUESSED = "as autogenerate writes it"
SAFE = "as a safe revision"
BY_HAND = "by hand, without time-outs"
BY_ENGINE = "by the engine"
_QUIET_SECONDS = 3.0

Say = Callable[[str], None]


class Table:
    """The table of the bench, of which each measurement gets a copy."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def quiet(self) -> Stall:
        """What a reader and a writer see when nothing happens."""
        return self._watch("nothing", "", lambda _: time.sleep(_QUIET_SECONDS), safe=True)

    def changes(self, say: Say) -> Iterator[Stall]:
        """Make every change both ways."""
        for number, change in enumerate(CHANGES):
            for way, revisions in ((GUESSED, change.guessed), (SAFE, change.safe)):
                safe = way == SAFE
                folder = self._bench.folder / f"change-{number}-{'safe' if safe else 'guessed'}"
                migrations = write_migrations(folder, revisions)
                say(f"{change.name}, {way}")
                yield self._watch(change.name, way, self._upgrade(migrations), safe=safe)

    def behind_a_report(self, seconds: float, say: Say) -> Iterator[Stall]:
        """Make a quick change while somebody's transaction, `seconds` long, has read the table."""
        name = f"a column, behind a report of {seconds:g} s"
        migrations = write_migrations(self._bench.folder / "quick", [Revision(QUICK)])
        for way, work in ((BY_HAND, self._alter), (BY_ENGINE, self._upgrade(migrations))):
            say(f"{name}, {way}")
            yield self._watch(name, way, self._while_reported(seconds, work), safe=way == BY_ENGINE)

    def _watch(self, name: str, way: str, work: Callable[[str], None], *, safe: bool) -> Stall:
        database = self._bench.databases.make(template=self._bench.template)
        with traffic(self._bench.databases.server.url(database), self._bench.rows) as stalls:
            began = time.perf_counter()
            work(database)
            took = time.perf_counter() - began
        self._bench.databases.drop(database)
        return Stall(name, way, took, stalls.reader, stalls.writer, safe)

    def _upgrade(self, migrations: Path) -> Callable[[str], None]:
        def work(database: str) -> None:
            self._bench.stopwatch.measure("engine", database, migrations)

        return work

    def _alter(self, database: str) -> None:
        with psycopg.connect(self._bench.databases.server.url(database), autocommit=True) as connection:
            connection.execute("ALTER TABLE t ADD COLUMN note text")

    def _while_reported(self, seconds: float, work: Callable[[str], None]) -> Callable[[str], None]:
        def both(database: str) -> None:
            with _report(self._bench.databases.server.url(database), seconds):
                work(database)

        return both


@contextmanager
def _report(url: str, seconds: float) -> Iterator[None]:
    """Hold what reading the table holds until the transaction ends."""
    with psycopg.connect(url, application_name="report") as connection:
        connection.execute("SELECT FROM t LIMIT 1")
        end = threading.Timer(seconds, connection.commit)
        end.start()
        try:
            yield
        finally:
            end.join()
