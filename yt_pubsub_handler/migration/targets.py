"""
Without this file a downgrade would go to whatever Alembic makes of a word; a typing error could end in no tables.

A target is named in full: a revision, or the commit of a release that was promoted. "base" drops everything, so it is
written twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.paths import pending
from yt_pubsub_handler.migration.revisions import REVISION_ID, database_revision, is_known, package_head, scripts

BASE = "base"
_TWICE = '{"target": "base", "confirm": "base"}'
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True)
class Way:
    """From where to where (None: before the first revision), through which revisions, in the order they run."""

    start: str | None
    target: str | None
    revisions: tuple[str, ...]


def read_target(event: Mapping[str, Any]) -> str:
    """
    Return the target of a downgrade as `event` words it, by default "-1". Raises Refused.

    It is a revision's 12 digits, the commit of a promoted release (7 digits or more), "-1" for the revision before,
    or "base" with `event["confirm"]` saying "base" too.
    """
    target = event.get("target", "-1")
    if target == BASE and event.get("confirm") != BASE:
        raise Refused(
            "base", f"Nothing was done: going back to base drops every table. If that is meant, say so twice: {_TWICE}."
        )
    if not isinstance(target, str) or not (target in (BASE, "-1") or _COMMIT.fullmatch(target)):
        raise Refused(
            "target",
            "Nothing was done: a target is the 12 digits of a revision, the commit of a promoted release "
            '(7 digits or more), "-1" or "base".',
        )
    return target


def way_up(app: Flask, connection: Connection) -> Way:
    """Return the way from where the database is to this package's head. Raises Refused."""
    start = database_revision(connection)
    return Way(start, package_head(app), tuple(pending(app, start)))


def way_down(app: Flask, connection: Connection, target: str) -> Way:
    """Return the way from where the database is back to `target`, as `read_target` returns it. Raises Refused."""
    start = database_revision(connection)
    if start is None:
        raise Refused("empty-database", "Nothing was done: the database is empty, there is nothing to undo.")
    if not is_known(app, start):
        raise Refused(
            "unknown-revision",
            f"Nothing was done: the database is at {start}, which this package does not hold. "
            "Invoke the version that holds it.",
        )
    down = [script.revision for script in scripts(app).iterate_revisions(start, BASE)]
    if target == BASE:
        return Way(start, None, tuple(down))
    revision = (
        _one_back(down) if target == "-1" else target if target in down else _of_release(connection, target, down)
    )
    return Way(start, revision, tuple(down[: down.index(revision)]))


def _one_back(down: list[str]) -> str:
    if len(down) == 1:
        raise Refused(
            "base",
            f"Nothing was done: {down[0]} is the first revision, before it there are no tables. "
            f"If that is meant, say so twice: {_TWICE}.",
        )
    return down[1]


def _of_release(connection: Connection, commit: str, down: list[str]) -> str:
    rows: list[str | None] = []
    if ledger_version(connection):
        query = text("SELECT DISTINCT schema_revision FROM pipeline.releases WHERE starts_with(commit, :commit)")
        rows = list(connection.scalars(query, {"commit": commit}))
    if len(rows) > 1:
        raise Refused("target", f"Nothing was done: {commit} begins more than one release's commit. Write it in full.")
    if rows and rows[0] in down:
        return str(rows[0])
    named = f"release {commit} (revision {rows[0]})" if rows else commit
    kind = "revision" if REVISION_ID.fullmatch(commit) else "revision or promoted release"
    raise Refused(
        "target",
        f"Nothing was done: {named} is not a {kind} before {down[0]}, where the database is. "
        f"The revisions before it are: {', '.join(down[1:]) or 'none'}.",
    )
