"""
Without this file nobody could say which releases ever served, and a rollback would choose from what was uploaded.

A release is recorded when it is promoted, code-only ones included, and never before: what failed its smoke test is no
target of a rollback.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.requests import read_request
from yt_pubsub_handler.migration.writing import actor, told, writing
from yt_pubsub_handler.release import read_release

_COMMIT = re.compile(r"[0-9a-f]{40}")
_COLUMNS = """
id, commit, lambda_version, code_sha256, schema_revision AS schema, run, attempt, actor, smoke,
to_json(promoted_at) #>> '{}' AS promoted_at
"""


def record_release(app: Flask, event: Mapping[str, Any]) -> dict[str, Any]:
    """
    Write down that a release was promoted, and return its record.

    `event` has "commit" (40 digits), and as far as known "lambda_version", "code_sha256", "schema" (its revision),
    "smoke" (any JSON) and "run". The same release promoted by the same run and attempt is recorded once. Raises
    Refused.
    """
    record = _record(event)
    same = text(
        f"SELECT {_COLUMNS} FROM pipeline.releases "  # noqa: S608 - a constant.
        "WHERE commit = :commit AND lambda_version IS NOT DISTINCT FROM :lambda_version "
        "AND run = :run AND attempt = :attempt"
    )
    insert = text(
        "INSERT INTO pipeline.releases "  # noqa: S608 - constants.
        "(commit, lambda_version, code_sha256, schema_revision, run, attempt, actor, smoke) VALUES "
        "(:commit, :lambda_version, :code_sha256, :schema, :run, :attempt, :actor, CAST(:smoke AS jsonb)) "
        f"RETURNING {_COLUMNS}"
    )
    with writing(app) as connection:
        # An invoke that was sent twice must not find out that it is the second only after both have written.
        connection.exec_driver_sql("LOCK TABLE pipeline.releases IN SHARE ROW EXCLUSIVE MODE")
        found = connection.execute(same, record).mappings().first()
        return dict(found or connection.execute(insert, record).mappings().one())


def recorded_releases(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` releases that were promoted, newest first."""
    if not ledger_version(connection):
        return []
    query = text(f"SELECT {_COLUMNS} FROM pipeline.releases ORDER BY id DESC LIMIT :limit")  # noqa: S608 - a constant.
    return [dict(row) for row in connection.execute(query, {"limit": limit}).mappings()]


def _record(event: Mapping[str, Any]) -> dict[str, Any]:
    commit = event.get("commit")
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise Refused("request", 'Nothing was done: "commit" must be the 40 digits of a commit. Correct the payload.')
    request = read_request(event, "upgrade", "", read_release())
    names = ("lambda_version", "code_sha256", "schema")
    texts = {name: None if event.get(name) is None else told(event[name], name) for name in names}
    smoke = json.dumps(event.get("smoke"))
    run = {"run": request.run, "attempt": request.attempt, "actor": actor(event)}
    return {"commit": commit, **texts, **run, "smoke": smoke}
