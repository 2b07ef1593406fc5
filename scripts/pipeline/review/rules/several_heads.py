"""
Two revisions follow the same one, and nothing follows both: two pull requests that were each right.

`upgrade head` fails with "Multiple head revisions", after the code was uploaded. Heads on branches with different
labels are meant, and pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.correction import follow
from pipeline.review.history import History
from pipeline.review.placement import competing_heads, own_line
from pipeline.review.render.places import from_checkout
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="There are {count} heads ({subject}): `upgrade head` of the next deploy fails, and nothing is migrated.",
    remedy="If {moved} is not merged yet, let it follow {other}. In {file}, line {line}:\n\n{text}\n\n"
    'If all are merged, join them: alembic merge -m "join heads" {heads}\n'
    '(with Flask-Migrate: flask db merge -m "join heads" {heads})',
    shown_by=None,
)


@rule.in_history
def heads_that_compete(history: History) -> Iterator[Hit]:
    graph = history.graph
    for heads in competing_heads(history):
        head = next((one for one in reversed(heads) if one.id in history.added), heads[-1])
        others = [one for one in heads if one is not head]
        moved = own_line(graph, head, others)
        corrected = follow(moved, others[0].id)
        names = [one.id for one in heads]
        yield Hit(
            ", ".join(names),
            corrected.line,
            {
                "count": str(len(heads)),
                "moved": moved.id,
                "other": others[0].id,
                "file": from_checkout(moved.file),
                "line": str(corrected.line),
                "text": corrected.text,
                "heads": " ".join(names),
            },
            evidence=tuple(
                f"{one.id} ({from_checkout(one.file)}) follows {', '.join(one.down) or 'nothing'}" for one in heads
            ),
            edits=corrected.edits if moved.id in history.added and len(heads) == 2 else (),
            file=moved.file,
            revision=moved.id,
        )
