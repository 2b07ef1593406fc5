"""
Without this file the deploy after a rollback would apply the very revision that was just undone.

A hold is on a revision *and its file*: a file that was corrected is another revision under the same name, and nobody
has to release anything for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from yt_pubsub_handler.migration import revisions
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.writing import actor, told, writing


def hold(connection: Connection, revision: str, file_hash: str, by: str | None, reason: str | None) -> None:
    """Keep `revision` from being applied while its file is what it is; call it in the transaction that undoes it."""
    insert = text(
        "INSERT INTO pipeline.holds (revision, file_hash, held_by, reason) SELECT :revision, :file_hash, :by, :reason "
        "WHERE NOT EXISTS (SELECT FROM pipeline.holds "
        "WHERE revision = :revision AND file_hash = :file_hash AND released_at IS NULL)"
    )
    connection.execute(insert, {"revision": revision, "file_hash": file_hash, "by": by, "reason": reason})


def refuse_if_held(connection: Connection, file_hashes: Mapping[str, str]) -> None:
    """Raise Refused ("held-revision") when one of the revisions is held with the very file whose hash is given."""
    for found in _held(connection, file_hashes):
        revision = found["revision"]
        if found["file_hash"] != file_hashes[revision]:
            continue
        raise Refused(
            "held-revision",
            f"Revision {revision} was undone at {found['held_at']} by {found['by'] or 'somebody'} "
            f"({found['reason'] or 'no reason given'}) and its file has not changed since. Correct the file, or revert "
            f'the commit that brings it, or release it: run.run_release_hold with {{"revision": "{revision}"}}.',
        )


def release_hold(app: Flask, event: Mapping[str, Any]) -> dict[str, Any]:
    """
    Let `event["revision"]` be applied again, and return {"revision", "released": how many holds}.

    `event["by"]` says who decided. Raises Refused when it is not held.
    """
    revision = told(event.get("revision"), "revision")
    update = text(
        "UPDATE pipeline.holds SET released_at = clock_timestamp(), released_by = :by "
        "WHERE revision = :revision AND released_at IS NULL"
    )
    with writing(app) as connection:
        released = connection.execute(update, {"revision": revision, "by": actor(event)}).rowcount
        held = [one["revision"] for one in _held(connection)]
    if not released:
        raise Refused("target", f"Nothing was done: {revision} is not held. Held are: {', '.join(held) or 'none'}.")
    return {"revision": revision, "released": released}


def held(app: Flask, connection: Connection) -> list[dict[str, Any]]:
    """
    Return what is held, oldest first: {"revision", "file_hash", "held_at", "by", "reason", "file"}.

    "file" says whether the hold is in force for this package: "unchanged", "changed", or "missing".
    """
    return [one | {"file": _file(app, one["revision"], one["file_hash"])} for one in _held(connection)]


def _file(app: Flask, revision: str, held_hash: str) -> str:
    if not revisions.is_known(app, revision):
        return "missing"
    return "unchanged" if revisions.file_hash(app, revision) == held_hash else "changed"


def _held(connection: Connection, among: Iterable[str] | None = None) -> list[dict[str, Any]]:
    if not ledger_version(connection):
        return []
    asked = {"among": None if among is None else list(among)}
    query = text(
        "SELECT revision, file_hash, to_json(held_at) #>> '{}' AS held_at, held_by AS by, reason FROM pipeline.holds "
        "WHERE released_at IS NULL AND (CAST(:among AS text[]) IS NULL OR revision = ANY (:among)) ORDER BY id"
    )
    return [dict(row) for row in connection.execute(query, asked).mappings()]
