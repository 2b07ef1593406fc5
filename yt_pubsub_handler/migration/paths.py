"""
Without this file an upgrade might begin in the middle of nowhere.

Which revisions lie between the database and the head, in the order in which they are to be done.
"""

from __future__ import annotations

from flask import Flask

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.revisions import is_known, package_head, scripts


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
