"""
Two files carry the same revision id: one was copied from the other.

Alembic warns, keeps the one it reads last, and never runs the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pipeline.review.correction import assign
from pipeline.review.history import History
from pipeline.review.render.places import from_checkout
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="{file} has the id of {other}, {subject}: Alembic runs one of the two files and never the other.",
    remedy="Give it an id of its own. In {file}, line {line}:\n\n{text}",
    shown_by=None,
)


@rule.in_history
def ids_that_are_there_twice(history: History) -> Iterator[Hit]:
    for first, second in history.graph.duplicates:
        new, old = (first, second) if _is_merged(history, second) else (second, first)
        corrected = assign(new, "revision", f'"{_fresh_id(new)}"')
        values = {
            "file": from_checkout(new.file),
            "other": from_checkout(old.file),
            "line": str(corrected.line),
            "text": corrected.text,
        }
        edits = corrected.edits if _is_merged(history, old) else ()
        yield Hit(new.id, corrected.line, values, edits=edits, file=new.file, revision=new.id)


def _is_merged(history: History, revision: Revision) -> bool:
    return history.base is not None and history.base.texts.get(revision.id, (None, ""))[0] == revision.file


def _fresh_id(revision: Revision) -> str:
    """Twelve hexadecimal digits as Alembic makes them, the same each time it is asked."""
    return hashlib.sha256(revision.file.name.encode()).hexdigest()[:12]
