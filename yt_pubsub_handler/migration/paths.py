"""
Without this file an upgrade might begin in the middle of nowhere, and a downgrade go where nobody meant it to.

Which revisions lie between the database and where it is to be, in the order in which they are to be done.
"""

from __future__ import annotations

from flask import Flask

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.revisions import REVISION_ID, is_known, package_head, scripts


def pending(app: Flask, start: str | None) -> list[str]:
    """Return the revisions between `start` and this package's head, the first to apply first. Raises Refused."""
    head = package_head(app)
    heads = tuple(start.split(",")) if start else ()
    unknown = [revision for revision in heads if not is_known(app, revision)]
    if unknown:
        raise Refused(
            "unknown-revision",
            f"Nothing was done: the database is at {unknown[0]}, which this package (head {head}) does not hold. "
            "Deploy a release that holds it.",
        )
    if head is None:
        return []
    found = scripts(app).iterate_revisions(head, heads or "base", implicit_base=True)
    return [script.revision for script in reversed(list(found))]


def undo_path(app: Flask, start: str | None, target: str) -> list[str]:
    """
    Return the revisions to undo from `start` down to `target`, the first to undo first.

    `target` is a revision's 12 digits, or "-1" for the one before. Raises Refused.
    """
    if start is None:
        raise Refused("empty-database", "Nothing was done: the database is empty, there is nothing to undo.")
    if not is_known(app, start):
        raise Refused(
            "unknown-revision",
            f"Nothing was done: the database is at {start}, which this package does not hold. "
            "Invoke the version that holds it.",
        )
    down = [script.revision for script in scripts(app).iterate_revisions(start, "base")]
    if target == "-1":
        if len(down) == 1:
            raise Refused("base", f"Nothing was done: {start} is the first revision, before it there are no tables.")
        target = down[1]
    if not isinstance(target, str) or not REVISION_ID.fullmatch(target):
        raise Refused("target", 'Nothing was done: a target is the 12 digits of a revision, or "-1".')
    if target not in down:
        raise Refused(
            "target",
            f"Nothing was done: {target} is not a revision before {start}, where the database is. "
            f"Those are: {', '.join(down[1:]) or 'none'}.",
        )
    return down[: down.index(target)]
