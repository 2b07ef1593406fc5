"""Revisions follow, or depend on, each other in a circle: there is no first one, and Alembic refuses to load any."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.graph import Graph
from pipeline.review.history import History
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} follow each other in a circle: every Alembic command fails, the next deploy's included.",
    remedy="One of these lines is wrong; the revision that was written first follows none of the others:\n\n{lines}",
    shown_by=None,
)


@rule.in_history
def circles(history: History) -> Iterator[Hit]:
    for circle in Graph(history.revisions, dependencies=True).cycles:
        newest = next((one for one in reversed(circle) if one.id in history.added), circle[-1])
        lines = [
            f"{one.file}:{one.line_of('down_revision')}: {one.id} follows {', '.join((*one.down, *one.depends_on))}"
            for one in circle
        ]
        yield Hit(
            ", ".join(one.id for one in circle),
            newest.line_of("down_revision"),
            {"lines": "\n".join(lines)},
            file=newest.file,
            revision=newest.id,
        )
