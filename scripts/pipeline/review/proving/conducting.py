"""
Takes each revision its way on copies of a seeded database, and collects what was seen: a Proof each.

Where a revision fails, those that follow it are proved on a schema that it reached without rows, if it reached it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.comparing.catalog import Catalog, Difference, differences, relations_of
from pipeline.review.comparing.rows import Sums, TableChange
from pipeline.review.finding import Direction
from pipeline.review.proving.beside import NEWER, Beside
from pipeline.review.proving.evidence import short
from pipeline.review.proving.path import Path
from pipeline.review.proving.proof import Crash, Passage, Proof, Together
from pipeline.review.proving.workbench import Workbench
from pipeline.review.revision import Revision
from pipeline.review.running.session import Watch
from pipeline.review.running.spent import Part
from pipeline.review.running.trace import Run
from pipeline.review.running.traffic import Traffic, tables_of
from pipeline.review.seeding.database import Seeded, renew_columns, seed
from pipeline.review.window.window import Breakage

_MOST_CRASHES = 5


@dataclass(frozen=True)
class _Way:
    """One revision on its way: where a downgrade of it goes, the database from before it, what it breaks for others."""

    revision: Revision
    back: str | None
    before: URL
    rows_of: dict[str, int]
    broken: tuple[Breakage, ...] | None
    sums: Sums = field(default_factory=dict)
    """What is known of the rows from before it."""


@dataclass(frozen=True)
class _Back:
    """A downgrade: what it changed, what it left different from before, and the upgrade after it."""

    run: Run
    schema: tuple[Difference, ...]
    not_restored: tuple[Difference, ...] = ()
    not_brought_back: tuple[TableChange, ...] = ()
    again: Run | None = None


class Conductor:
    """
    Proves the revisions of a path on a workbench, in their order, and has the releases asked `beside`.

    `at` are a database with rows and one without, from which it starts; by default there is an empty one.
    """

    def __init__(
        self, bench: Workbench, path: Path, say: Callable[[str], None], beside: Beside,
        at: tuple[URL, URL] | None = None,
    ) -> None:  # fmt: skip
        self._bench = bench
        self._path = path
        self._say = say
        self._beside = beside
        self._spent = bench.databases.spent
        self._seeded: dict[str, Seeded] = {}
        self.reached, self._bare = at or (bench.databases.empty(),) * 2
        """The database with rows, at the last revision that was proved."""
        self.started: URL | None = None
        """A copy of it from where the first one comes next."""
        self.finished = False
        self.out_of_time = False
        self._began = time.monotonic()

    @property
    def notes(self) -> list[str]:
        """Which tables could not be filled with as many rows as were wanted, and why."""
        return [
            f"{short(one.table)} has {one.rows:,} rows of the {one.wanted:,} that were wanted: {one.why}"
            for one in self._seeded.values()
            if one.rows < one.wanted
        ]

    def prove(self) -> Iterator[Proof]:
        """Yield what was seen of each revision. Raises CouldNotAnswer where none can be run."""
        for number, revision in enumerate(self._path.chosen, start=1):
            so_far = time.monotonic() - self._began
            if so_far > self._bench.terms.seconds_for_all and number > 1:
                self.out_of_time = True
                return
            self._say(f"Proving {revision.id} ({number} of {len(self._path.chosen)}), {so_far:.0f} s so far.")
            self._arrive(revision)
            proof = self._proved(revision, is_last=number == len(self._path.chosen))
            yield proof
            if not proof.upgrade.passed and not _went(proof.upgrade.empty):
                return
        self.finished = True

    def together(self) -> Together | None:
        """All of them as one command; None where there is only one."""
        if len(self._path.chosen) < 2 or self.started is None:
            return None
        self._say(f"Running all {len(self._path.chosen)} revisions together.")
        with self._bench.copy_on_stage(self.started):
            before = self._bench.catalog()
            up = self._bench.upgrade("heads")
            schema = self._bench.different_from(self._bench.catalog(self.reached)) if _went(up) else ()
            back = self._path.start()
            down = self._bench.downgrade(back) if back and _went(up) else None
            not_restored = self._bench.different_from(before) if _went(down) else ()
        return Together(up, down, schema, not_restored)

    def _arrive(self, revision: Revision) -> None:
        """Take both databases to where `revision` comes next."""
        targets = list(self._path.before(revision))
        for target in targets:
            self._apply(target, self._bare, revision)
        if self.reached == self._bare:
            self.reached = self._bench.databases.copy(self._bare)
            return
        for target in targets:
            self._apply(target, self.reached, revision)

    def _apply(self, target: str, url: URL, revision: Revision) -> None:
        with self._bench.on_stage(url):
            failure = self._bench.upgrade(target, part=Part.BASE).failure
        if failure is not None:
            raise CouldNotAnswer(
                f"{revision.id} cannot be proved: {target}, which it follows, fails on a new database "
                f"({failure.words}). Give a project in which the older revisions run, or leave out the phases "
                "live and window."
            )

    def _fill(self) -> None:
        with self._spent.on(Part.SEEDING):
            for one in seed(self.reached, self._bench.terms.rows, seed=self._bench.terms.seed):
                self._seeded[one.table] = one
        if self.started is None:
            self.started = self._bench.databases.copy(self.reached)

    def _proved(self, revision: Revision, *, is_last: bool) -> Proof:
        is_head = is_last and self._path.ends_at_the_heads
        looking = self._beside.look(revision.id, self._bare, is_head=is_head)
        self._fill()
        before = self._bench.databases.copy(self.reached)
        rows_of = self._bench.count_rows(before)
        broken = looking.result() if looking is not None else None
        way = _Way(revision, self._path.back(revision), before, rows_of, broken)
        try:
            return self._gone(way)
        finally:
            self._bench.databases.drop(before)

    def _gone(self, way: _Way) -> Proof:
        empty_up, empty_down = self._without_rows(way)
        old = self._bench.catalog(way.before)
        upgrade, new, back, invalid = self._with_rows(way, old)
        upgrade = replace(upgrade, empty=empty_up)
        proof = Proof(
            way.revision, upgrade, rows_of=way.rows_of, invalid_indexes=invalid, untried=_untried(way, upgrade)
        )
        if not upgrade.passed:
            self._go_on_without_rows()
            return replace(proof, downgrade=_failed_without_rows(empty_down))
        newer = self._with_newer_rows(way, relations_of(old, new))
        crashes = tuple(self._crashes(way, upgrade, new))
        upgrade, downgrade = self._under_traffic(way, upgrade, back)
        proof = replace(proof, upgrade=upgrade, broken=way.broken, with_newer_rows=newer, crashes=crashes)
        if back is None or downgrade is None:
            return proof
        if not _went(back.again):
            self._start_over(way)
        return replace(
            proof,
            downgrade=replace(downgrade, empty=empty_down),
            not_restored=back.not_restored,
            not_brought_back=back.not_brought_back,
            again=back.again,
        )

    def _without_rows(self, way: _Way) -> tuple[Run, Run | None]:
        with self._bench.on_stage(self._bare):
            up = self._bench.upgrade(way.revision.id)
            down = self._bench.downgrade(way.back) if way.back and _went(up) else None
            if _went(down):
                self._bench.upgrade(way.revision.id)
        return up, down

    def _with_rows(self, way: _Way, old: Catalog) -> tuple[Passage, Catalog, _Back | None, tuple[str, ...]]:
        with self._bench.on_stage(self.reached):
            up = self._bench.upgrade(way.revision.id, Watch.FULL)
            new = self._bench.catalog()
            invalid = self._bench.invalid_indexes()
            rows = self._bench.changed_rows(way.before, way.sums) if _went(up) else ()
            passage = Passage(Direction.UPGRADE, up, schema=tuple(differences(old, new)), rows=rows)
            back = self._back_and_again(way, way.back, old, new) if way.back and _went(up) else None
        return passage, new, back, invalid

    def _back_and_again(self, way: _Way, target: str, old: Catalog, new: Catalog) -> _Back:
        down = self._bench.downgrade(target, Watch.FULL)
        now = self._bench.catalog()
        changed = tuple(differences(new, now))
        if not _went(down):
            return _Back(down, changed)
        brought = self._bench.changed_rows(way.before, way.sums)
        again = self._bench.upgrade(way.revision.id)
        return _Back(down, changed, tuple(differences(old, now)), brought, again)

    def _under_traffic(self, way: _Way, upgrade: Passage, back: _Back | None) -> tuple[Passage, Passage | None]:
        downgrade = Passage(Direction.DOWNGRADE, back.run, schema=back.schema) if back else None
        self._beside.wait()
        with self._spent.on(Part.TRAFFIC), self._bench.copy_on_stage(way.before):
            upgrade = self._busy(upgrade, way.revision.id)
            if downgrade is not None and downgrade.passed and way.back and _went(upgrade.busy):
                downgrade = self._busy(downgrade, way.back)
        return upgrade, downgrade

    def _busy(self, passage: Passage, target: str) -> Passage:
        """The same once more while everybody reads and writes; those tables first that are known to be locked."""
        locked = dict.fromkeys(lock.relation for lock in passage.watched.locks)
        go = self._bench.upgrade if passage.direction is Direction.UPGRADE else self._bench.downgrade
        with Traffic(self._bench.stage, tables_of(self._bench.stage, locked)) as traffic:
            run = go(target)
        return replace(passage, busy=run, stalls=traffic.stalls())

    def _with_newer_rows(self, way: _Way, changed: frozenset[str] | None) -> Run | None:
        """The downgrade once the new release has written what only the new schema takes, into the `changed` tables."""
        if way.back is None or not self._bench.terms.rows:
            return None
        with self._bench.copy_on_stage(way.before) as stage:
            if not _went(self._bench.upgrade(way.revision.id)):
                return None
            with self._spent.on(Part.SEEDING):
                renew_columns(stage, NEWER, seed=self._bench.terms.seed + 1, only=changed)
            return self._bench.downgrade(way.back)

    def _crashes(self, way: _Way, upgrade: Passage, wanted: Catalog) -> Iterator[Crash]:
        """Killed after each commit but the last, and run again: is the outcome the one of a run that nobody killed?"""
        commits = len(upgrade.watched.commits)
        for commit in _spread(range(1, commits), _MOST_CRASHES):
            with self._bench.copy_on_stage(way.before):
                self._bench.upgrade(way.revision.id, die_at_commit=commit)
                again = self._bench.upgrade(way.revision.id)
                schema = self._bench.different_from(wanted) if _went(again) else ()
            yield Crash(commit, commits, again, schema)

    def _go_on_without_rows(self) -> None:
        self._bench.databases.drop(self.reached)
        self.reached = self._bench.databases.copy(self._bare)

    def _start_over(self, way: _Way) -> None:
        """After a way back that failed, nobody knows where the database stands."""
        self._bench.databases.drop(self.reached)
        self.reached = self._bench.databases.copy(way.before)
        with self._bench.on_stage(self.reached):
            self._bench.upgrade(way.revision.id)


def _went(run: Run | None) -> bool:
    return run is not None and run.failure is None


def _failed_without_rows(run: Run | None) -> Passage | None:
    """Where rows stopped the upgrade, a downgrade that fails even without any is all that is known of it."""
    if run is None or run.failure is None:
        return None
    return Passage(Direction.DOWNGRADE, run, empty=run)


def _untried(way: _Way, upgrade: Passage) -> tuple[str, ...]:
    said = []
    if way.back is None:
        said.append("Its downgrade: it joins branches, so that a downgrade has no one place to go.")
    if not upgrade.passed:
        said.append("What comes after the upgrade, as that failed.")
    return tuple(said)


def _spread(numbers: range, most: int) -> list[int]:
    """At most `most` of them, the first and the last among them."""
    if len(numbers) <= most:
        return list(numbers)
    return sorted({numbers[round(place * (len(numbers) - 1) / (most - 1))] for place in range(most)})
