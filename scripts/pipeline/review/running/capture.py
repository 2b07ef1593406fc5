"""
What revisions really send: each is applied, undone and applied again on a scratch database, and watched.

An empty database answers every question a revision asks with "nothing is there", so what this does not see is not
untrue: it completes what was read, and takes nothing away.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Direction, NotAnalysed
from pipeline.review.layout import Layout
from pipeline.review.reading.observed import Seen
from pipeline.review.revision import Revision
from pipeline.review.running import inside
from pipeline.review.running.databases import databases_on
from pipeline.review.running.project import Project, environment, find_project

_SECONDS_A_REVISION = 20.0
_SECONDS_TO_START = 60.0


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


def capture_on(
    server: str, layout: Layout, ordered: Sequence[Revision], chosen: Sequence[Revision], python: Path | None = None
) -> Capture:
    """Run the revisions of `layout` on a scratch database of `server`. Raises UsageError and CouldNotAnswer."""
    project = find_project(layout, python)
    with databases_on(server) as databases:
        return capture(project, ordered, frozenset(revision.id for revision in chosen), databases.empty())


def capture(project: Project, ordered: Sequence[Revision], chosen: frozenset[str], url: URL) -> Capture:
    """
    Run the revisions, which are in the order in which they are applied, on the empty database at `url`.

    Those in `chosen` are undone and applied again. Raises CouldNotAnswer when the project does not start.
    """
    steps = list(_steps(ordered, chosen))
    lines = list(_run(project, url, steps))
    return _read(lines, {revision.file.resolve(): revision.file for revision in ordered})


def _steps(ordered: Iterable[Revision], chosen: frozenset[str]) -> Iterator[tuple[str, str]]:
    for revision in ordered:
        yield "upgrade", revision.id
        if revision.id in chosen and len(revision.down) <= 1:
            yield "downgrade", revision.down[0] if revision.down else "base"
            yield "upgrade", revision.id


def _run(project: Project, url: URL, steps: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    database = url.render_as_string(hide_password=False)
    job = {
        "root": str(project.root), "directory": str(project.layout.directory.absolute()), "url": database,
        "ini": str(project.ini) if project.ini else None, "flask": project.flask, "steps": steps,
        "versions": [str(folder.absolute()) for folder in project.layout.versions],
    }  # fmt: skip
    try:
        done = subprocess.run(
            [str(project.python), inside.__file__], input=json.dumps(job), cwd=project.root, env=environment(database),
            capture_output=True, text=True, check=False, timeout=_SECONDS_TO_START + _SECONDS_A_REVISION * len(steps),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise CouldNotAnswer(
            f"The revisions did not end within {error.timeout:.0f} s on an empty database: one waits for something."
        ) from error
    except OSError as error:
        raise CouldNotAnswer(f"{project.python} cannot be run: {error.strerror}.") from error
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    _refuse_what_never_began(project, lines, done.stderr)
    yield from lines


def _refuse_what_never_began(project: Project, lines: list[dict[str, Any]], said: str) -> None:
    """An env.py that fails fails for each revision: that is about the project, not about its revisions."""
    failed = [line for line in lines if "failed" in line]
    began = any("sql" in line or line.get("file") for line in lines)
    steps = sum("step" in line for line in lines)
    if lines and (began or not failed or len(failed) < steps):
        return
    words = failed[0]["why"] if failed else (said.strip().splitlines() or ["it said nothing"])[-1]
    raise CouldNotAnswer(
        f"The project does not start in {project.root} with {project.python.name}: {words} "
        "Install what it needs beside Alembic, or leave --database-url out: its revisions are read then, not run."
    )


def _read(lines: list[dict[str, Any]], files: dict[Path, Path]) -> Capture:
    sent: list[Sent] = []
    unread: list[NotAnalysed] = []
    verb, target = "", ""
    for line in lines:
        if "step" in line:
            verb, target = line["step"]
        elif "failed" in line:
            file = files.get(Path(line.get("file") or ""))
            why = f"Running {verb} to {target} on an empty database failed: {line['why']}"
            unread.append(NotAnalysed(file or next(iter(files.values())), line["line"] if file else 1, why))
        elif "sql" in line and (file := files.get(Path(line["file"]))) is not None:
            sent.append(Sent(file, line["line"], Direction(verb), line["sql"], line["autocommit"]))
    return Capture(tuple(dict.fromkeys(sent)), tuple(dict.fromkeys(unread)))
