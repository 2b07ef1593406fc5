"""
Without this file what happened to the schema would be in the logs of a day that nobody remembers.

The answer has an end: Lambda returns 6 MB at most, and a workflow's summary shows less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.ledger_schema import ledger_version
from yt_pubsub_handler.migration.reading import reading, unreachable
from yt_pubsub_handler.migration.releases import recorded_releases

LIMIT = 50
MOST = 500


def migration_history(app: Flask, event: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return what was done and what was promoted, newest first: {"runs": […, each with its "steps"], "releases": […]}.

    `event["limit"]` is how many of each at most, 50 by default. Raises Refused, or MigrationFailed for a database that
    does not answer.
    """
    limit = event.get("limit", LIMIT)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 < limit <= MOST:
        raise Refused("request", f'"limit" must be a number from 1 to {MOST}. Correct the payload.')
    try:
        with reading(app) as connection:
            return {"runs": recorded_runs(connection, limit), "releases": recorded_releases(connection, limit)}
    except DBAPIError as error:
        raise unreachable(error) from None


def recorded_runs(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` runs, newest first, each with its steps in the order they were begun."""
    if not ledger_version(connection):
        return []
    return [dict(row) for row in connection.execute(text(_RUNS), {"limit": limit}).mappings()]


_RUNS = """
SELECT id, direction, from_revision AS "from", target_revision AS target, to_revision AS "to", release, lambda_version,
    actor, run, attempt, to_json(started_at) #>> '{}' AS started_at, to_json(ended_at) #>> '{}' AS ended_at,
    outcome, error_code, error,
    (SELECT coalesce(json_agg(json_build_object(
        'revision', revision, 'file_hash', file_hash, 'started_at', started_at, 'ended_at', ended_at,
        'seconds', seconds, 'retries', retries, 'blockers', blockers, 'outcome', outcome,
        'error_code', error_code, 'error', error) ORDER BY id), '[]')
     FROM pipeline.steps WHERE run_id = runs.id) AS steps
FROM pipeline.runs ORDER BY id DESC LIMIT :limit
"""
