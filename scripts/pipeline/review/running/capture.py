"""
What revisions really send: each is applied, undone and applied again on a scratch database, and watched.

An empty database answers every question a revision asks with "nothing is there", so what this does not see is not
untrue: it completes what was read, and takes nothing away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from pipeline.review.finding import Direction, NotAnalysed
from pipeline.review.reading.observed import Seen
from pipeline.review.revision import Revision
from pipeline.review.running.databases import databases_on
from pipeline.review.running.project import Project
from pipeline.review.running.session import Session, Watch
from pipeline.review.running.trace import Failure, Run

_SECONDS_A_REVISION = 20.0


@dataclass(frozen=True)
class Sent:
    """One statement that a revision sent, from `line` of its file."""

    file: Path
    line: int
    direction: Direction
    sql: str
    autocommit: bool


@dataclass(frozen=True)
class Capture:
    """All that was sent, and what could not be run."""

    sent: tuple[Sent, ...]
    not_analysed: tuple[NotAnalysed, ...]

    def by_direction(self) -> dict[tuple[Path, Direction], tuple[Seen, ...]]:
        found: dict[tuple[Path, Direction], list[Seen]] = {}
        for one in self.sent:
            found.setdefault((one.file, one.direction), []).append(Seen(one.line, one.sql, one.autocommit))
        return {key: tuple(seen) for key, seen in found.items()}


def capture_on(server: str, project: Project, ordered: Sequence[Revision], chosen: Sequence[Revision]) -> Capture:
    """Run the revisions of `project` on a scratch database of `server`. Raises UsageError and CouldNotAnswer."""
    with databases_on(server) as databases:
        return capture(project, ordered, frozenset(revision.id for revision in chosen), databases.empty())


def capture(project: Project, ordered: Sequence[Revision], chosen: frozenset[str], url: URL) -> Capture:
    """
    Run the revisions, which are in the order in which they are applied, on the empty database at `url`.

    Those in `chosen` are undone and applied again. Raises CouldNotAnswer when the project does not start.
    """
    files = {revision.file.resolve(): revision.file for revision in ordered}
    sent: list[Sent] = []
    unread: list[NotAnalysed] = []
    with Session(project, url) as session:
        for direction, target in _steps(ordered, chosen):
            run = session.run(direction, target, watch=Watch.TIMES, seconds=_SECONDS_A_REVISION)
            sent.extend(
                Sent(file, one.line, direction, one.sql, one.autocommit)
                for one in run.statements
                if (file := files.get(one.file)) is not None
            )
            if run.failure is not None:
                unread.append(_failed(run, run.failure, files))
    return Capture(tuple(dict.fromkeys(sent)), tuple(dict.fromkeys(unread)))


def _steps(ordered: Iterable[Revision], chosen: frozenset[str]) -> Iterator[tuple[Direction, str]]:
    for revision in ordered:
        yield Direction.UPGRADE, revision.id
        if revision.id in chosen and len(revision.down) <= 1:
            yield Direction.DOWNGRADE, revision.down[0] if revision.down else "base"
            yield Direction.UPGRADE, revision.id


def _failed(run: Run, failure: Failure, files: dict[Path, Path]) -> NotAnalysed:
    file = files.get(failure.file) if failure.file else None
    words = failure.words.partition("\n")[0]
    why = f"Running {run.direction} to {run.target} on an empty database failed: {words}"
    return NotAnalysed(file or next(iter(files.values())), failure.line if file else 1, why)
