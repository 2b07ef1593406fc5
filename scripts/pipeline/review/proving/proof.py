"""What was observed of one revision when it was run, in both directions, before anybody judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.review.comparing.catalog import Difference
from pipeline.review.comparing.rows import TableChange
from pipeline.review.drift import Drift
from pipeline.review.finding import Direction
from pipeline.review.proving.locks import in_busy_run
from pipeline.review.revision import Revision
from pipeline.review.running.trace import Failure, Lock, Ran, Run, Stall
from pipeline.review.window.window import Breakage


@dataclass(frozen=True)
class Passage:
    """
    One direction of a revision, gone through on copies of the same rows.

    `watched` is the run of which each statement was watched, `empty` the same without rows, and `busy` the one under
    readers and writers, who waited as `stalls` say. `schema` and `rows` are what it changed.
    """

    direction: Direction
    watched: Run
    empty: Run | None = None
    busy: Run | None = None
    stalls: tuple[Stall, ...] = ()
    schema: tuple[Difference, ...] = ()
    rows: tuple[TableChange, ...] = ()

    @property
    def passed(self) -> bool:
        return self.watched.failure is None

    def statements_at(self, line: int) -> Iterator[Ran]:
        return (one for one in self.watched.statements if one.line == line)

    @cached_property
    def _busy_locks(self) -> dict[Lock, Lock]:
        return in_busy_run(self)

    def really(self, lock: Lock) -> Lock:
        """The lock as it was held in the busy run, where watching did not stretch it; as it was watched without one."""
        return self._busy_locks.get(lock, lock)

    def stall_of(self, relation: str) -> Stall | None:
        return next((stall for stall in self.stalls if stall.relation == relation), None)


@dataclass(frozen=True)
class Crash:
    """
    The upgrade was killed right after its `commit`-th commit of `commits`, and run again.

    `failure` says why the second run did not end well, `schema` how the outcome differs from that of an upgrade that
    nobody killed.
    """

    commit: int
    commits: int
    again: Run
    schema: tuple[Difference, ...]

    @property
    def converged(self) -> bool:
        return self.again.failure is None and not self.schema

    def __str__(self) -> str:
        where = f"Killed after commit {self.commit} of {self.commits} and run again, it"
        if self.again.failure is not None:
            return f"{where} fails: {self.again.failure.words}"
        return f"{where} leaves another schema: {self.schema[0]}" if self.schema else f"{where} ends as it should"


@dataclass(frozen=True)
class Together:
    """All pending revisions as one command, and back: what is different from one at a time."""

    upgrade: Run
    downgrade: Run | None
    schema: tuple[Difference, ...] = ()
    not_restored: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Proof:
    """
    All that was seen of `revision`; what could not be tried is None, and `untried` says why.

    `not_restored` and `not_brought_back` are how schema and rows differ from those before the upgrade once it was
    undone. `again` is the upgrade after that, `with_newer_rows` a downgrade after rows were written that only the new
    schema takes. `rows_of` is how many rows each relation had.
    """

    revision: Revision
    upgrade: Passage
    downgrade: Passage | None = None
    not_restored: tuple[Difference, ...] = ()
    not_brought_back: tuple[TableChange, ...] = ()
    again: Run | None = None
    with_newer_rows: Run | None = None
    crashes: tuple[Crash, ...] = ()
    invalid_indexes: tuple[str, ...] = ()
    broken: tuple[Breakage, ...] | None = None
    """What of the release in production does not work on the new schema; None where that was not tried."""
    rows_of: Mapping[str, int] = field(default_factory=dict)
    untried: tuple[str, ...] = ()
    together: Together | None = None
    """What all revisions did as one command, where there are several."""
    is_last: bool = False
    drift: Drift | None = None
    """How the models differ from the database now; with the last one."""
    drift_before: Drift | None = None
    """How those of the release in production differed from the database before the first one."""

    def is_told(self, failure: Failure) -> bool:
        """Whether a failure of all revisions together is this one's: its file is named, or none is and it is last."""
        return self.line_of(failure) is not None or (failure.file is None and self.is_last)

    @property
    def passages(self) -> tuple[Passage, ...]:
        return (self.upgrade, self.downgrade) if self.downgrade is not None else (self.upgrade,)

    @property
    def expected(self) -> tuple[Passage, ...]:
        """Those that should end well: who says why there is no way back has not promised one."""
        return tuple(
            one for one in self.passages if one.direction is Direction.UPGRADE or not self.revision.irreversible
        )

    def passage(self, direction: Direction | None) -> Passage | None:
        return self.downgrade if direction is Direction.DOWNGRADE else self.upgrade

    def line_of(self, failure: Failure | None) -> int | None:
        """Where in the revision it failed; None where it is elsewhere. A run names files from the root."""
        if failure is None or failure.file is None or failure.file.resolve() != self.revision.file.resolve():
            return None
        return failure.line
