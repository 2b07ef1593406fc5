"""Reads one direction of a revision: the front of this package."""

from __future__ import annotations

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision


def read_script(revision: Revision, direction: Direction, postgresql_version: int = 18) -> Script | None:
    """Return what `direction` of `revision` does, or None when the file has no such function."""
    function = revision.function(direction)
    if function is None:
        return None
    return Script(revision.file, revision.id, direction, function.lineno)
