"""
The revisions to measure with: those of the foreign histories that the tests have, and a long history made of them.

Real histories are long and everybody's differs; copies of two hundred hand-written revisions are the nearest to one
that can be had without anybody's code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer
from pipeline.review.directory import NotARevision, parse_revision, read_revision
from pipeline.review.finding import Direction
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.source_text import NotPython, decode

FOREIGN = CHECKOUT / "tests" / "pipeline" / "review" / "foreign"


@dataclass(frozen=True)
class Sample:
    """A revision of a foreign history, and whether its manifest says that nothing is wrong with it."""

    file: Path
    harmless: bool


def samples(foreign: Path = FOREIGN) -> list[Sample]:
    """Every foreign revision that is Python of today. Raises CouldNotAnswer when there is none."""
    found = [sample for manifest in sorted(foreign.glob("*/expected.json")) for sample in _of(manifest)]
    if not found:
        raise CouldNotAnswer(f"There are no foreign histories in {foreign}: measure in a whole checkout.")
    return found


def _of(manifest: Path) -> Iterator[Sample]:
    told = json.loads(manifest.read_text())
    for name, expected in told["revisions"].items():
        file = manifest.parent / told["directory"] / name
        try:
            parse_revision(file, decode(file.read_bytes()))
        except (NotPython, NotARevision):
            continue
        yield Sample(file, bool(expected.get("clean")))


def write_history(folder: Path, revisions: list[Sample], length: int) -> Path:
    """Write a history of `length` revisions, copied from `revisions` one behind the other, and return its directory."""
    versions = folder / "versions"
    versions.mkdir(parents=True)
    (folder / "env.py").write_text("")
    for number, sample in enumerate(islice(cycle(revisions), length)):
        text = decode(sample.file.read_bytes())
        follows = f"b{number - 1:05d}" if number else None
        # The last assignment counts; what the copy said of itself before would make many histories of one.
        place = f"\nrevision = 'b{number:05d}'\ndown_revision = {follows!r}\nbranch_labels = depends_on = None\n"
        (versions / f"b{number:05d}_{sample.file.stem}.py").write_text(text + place, encoding="utf-8")
    return folder


def read(file: Path, postgresql_version: int) -> tuple[Revision, list[Statement]]:
    """A revision with all the SQL that both of its directions send."""
    revision = read_revision(file, postgresql_version)
    scripts = [revision.scripts[direction] for direction in Direction if direction in revision.scripts]
    return revision, [statement for script in scripts for statement in script.statements]
