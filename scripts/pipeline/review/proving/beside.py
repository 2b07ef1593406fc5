"""
What is asked of the releases while a database is filled: both have few rows to work with, in databases of their own.

Filling a database keeps the server busy, and trying a release its own process; one after the other they were most of a
review.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy.engine import URL

from pipeline.review.proving.new_release import told_of_new_release
from pipeline.review.proving.workbench import Workbench
from pipeline.review.running.spent import Part
from pipeline.review.seeding.database import renew_columns, seed
from pipeline.review.window.window import Breakage, Window

NEWER = 50
"""How many rows the new release writes into each table that a revision changed."""
_PLAIN = 300
"""How many rows a release gets to work with."""


class Beside:
    """
    Looks in `thread`, which has to be one, through a window for one revision after the other, and asks the new release.

    Without a window there is nothing to do. While a Future of `look` is not done, the stage is not free. Who gives up
    closes bench and windows before the thread, which then has nobody to wait for.
    """

    def __init__(
        self, thread: ThreadPoolExecutor, bench: Workbench, window: Window | None,
        of_the_new: Window | str | None = None,
    ) -> None:  # fmt: skip
        """`of_the_new` is the new release's own window, or why there is none."""
        self._thread, self._bench, self._window, self._of_the_new = thread, bench, window, of_the_new
        self._spent = bench.databases.spent
        self._new_release: Future[tuple[str, ...]] | None = None
        self._before_all: URL | None = None

    def look(self, target: str, bare: URL, *, is_head: bool) -> Future[tuple[Breakage, ...] | None] | None:
        """
        Begin to find out what the upgrade of a copy of `bare`, which has no rows, to `target` breaks for the release.

        The result is None where the upgrade fails. When it is done, and `target` the last one there is, the new release
        is asked on the schema from before the first.
        """
        if self._window is None:
            return None
        plain = self._bench.databases.copy(bare)
        return self._thread.submit(self._through, self._window, target, plain, is_head)

    def wait(self) -> None:
        """Return when nothing goes on here any more: whoever measures how long others wait has to be alone."""
        self._thread.submit(int).result()

    def told_of_new_release(self) -> tuple[str, ...]:
        """What of the new release would not work before the upgrade, for information."""
        if isinstance(self._of_the_new, str):
            return (self._of_the_new,)
        return self._new_release.result() if self._new_release is not None else ()

    def _through(self, window: Window, target: str, plain: URL, is_head: bool) -> tuple[Breakage, ...] | None:
        terms, databases = self._bench.terms, self._bench.databases
        with self._spent.on(Part.WINDOW):
            with self._spent.on(Part.SEEDING):
                seed(plain, min(terms.rows, _PLAIN), seed=terms.seed, plain=True)
            before = self._before_all = self._before_all or databases.copy(plain)
            with self._bench.on_stage(plain) as stage:
                broken = self._broken(window, target, stage)
            databases.drop(plain)
            if is_head and broken is not None and isinstance(self._of_the_new, Window):
                self._ask_the_new(self._of_the_new, before)
        return broken

    def _broken(self, window: Window, target: str, stage: URL) -> tuple[Breakage, ...] | None:
        """The release keeps its connections over the upgrade; then come rows of the new release's."""
        terms, old = self._bench.terms, self._bench.catalog()
        window.baseline()
        broken: tuple[Breakage, ...] | None = None
        if self._bench.upgrade(target).failure is None:
            broken = window.broken()
            if terms.rows:
                changed = self._bench.changed_tables(old)
                with self._spent.on(Part.SEEDING):
                    renew_columns(stage, NEWER, seed=terms.seed + 1, plain=True, only=changed)
                broken += window.broken_by_rows()
        window.rest()
        return broken

    def _ask_the_new(self, window: Window, before: URL) -> None:
        after = self._bench.databases.copy(before)
        with self._bench.on_stage(after):
            upgraded = self._bench.upgrade("heads").failure is None
        if upgraded:
            self._new_release = self._thread.submit(self._told, window, after, before)

    def _told(self, window: Window, after: URL, before: URL) -> tuple[str, ...]:
        with self._spent.on(Part.WINDOW):
            return told_of_new_release(window, after, before)
