"""
A revision follows, or depends on, one that is not there.

Alembic stops at "Revision … is not present" with every command, of whichever revision. It wants whole ids here, or a
branch label; the abbreviations that its command line takes are not enough.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from pipeline.review.correction import Correction, assign
from pipeline.review.history import History
from pipeline.review.render.places import from_checkout
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} names {missing} as its {name}, and there is no such revision: every Alembic command fails, the "
    "next deploy's included.",
    remedy="Add the file of {missing}, or name the revision that it is to follow, in {file}, line {line}.",
    shown_by=None,
)


@rule.in_history
def parents_that_are_missing(history: History) -> Iterator[Hit]:
    if not history.complete:
        return
    for revision in history.graph.by_id.values():
        for name, named in (("down_revision", revision.down), ("depends_on", revision.depends_on)):
            for missing in named:
                if history.graph.find(missing) is None:
                    yield _hit(history, revision, name, missing)


def _hit(history: History, revision: Revision, name: str, missing: str) -> Hit:
    line = revision.line_of(name)
    corrected = _corrected(history, revision, name, missing)
    return Hit(
        revision.id,
        line,
        {"missing": missing, "name": name, "file": from_checkout(revision.file), "line": str(line)},
        remedy=_where_it_is(history, missing)
        or (f"In {revision.file}, line {line}:\n\n{corrected.text}" if corrected else None),
        edits=corrected.edits if corrected and not _where_it_is(history, missing) else (),
        file=revision.file,
        revision=revision.id,
    )


def _where_it_is(history: History, missing: str) -> str | None:
    base = history.base
    if base is None:
        return None
    if missing in base.texts:
        return f"This branch deleted it. Bring it back: git checkout {base.commit[:12]} -- {base.texts[missing][0]}"
    if missing in base.now.by_id:
        return f"It is on {base.ref}. Bring your branch up to date: git rebase {base.ref}"
    return None


def _corrected(history: History, revision: Revision, name: str, missing: str) -> Correction | None:
    """The line with the one id that begins like the missing one, or differs by a slip."""
    ids = [identifier for identifier in history.graph.by_id if identifier != revision.id]
    whole = [identifier for identifier in ids if len(missing) >= 4 and identifier.startswith(missing)]
    close = whole if len(whole) == 1 else difflib.get_close_matches(missing, ids, n=2, cutoff=0.9)
    named = revision.down if name == "down_revision" else revision.depends_on
    if len(close) != 1 or close[0] in named:
        return None
    now = [close[0] if identifier == missing else identifier for identifier in named]
    value = f'"{now[0]}"' if len(now) == 1 else "(" + ", ".join(f'"{identifier}"' for identifier in now) + ")"
    return assign(revision, name, value)
