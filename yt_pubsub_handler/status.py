"""
Without this file a deployment could not see what it deployed: smoke tests and people read `GET /status`.

It answers 200 for a schema that is newer than the release, too: that is every deployment's normal moment.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from yt_pubsub_handler.database import db
from yt_pubsub_handler.database_errors import RETRY_AFTER
from yt_pubsub_handler.release import read_release

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
def status() -> tuple[Response, int, dict[str, str]]:
    """Answer with release and schema; 503 and Retry-After when this release cannot serve on this schema."""
    from yt_pubsub_handler.migration.status import schema_status  # noqa: PLC0415 - it needs Alembic, others do not.

    schema = schema_status(current_app, db.engine)
    answer = jsonify(release=read_release().as_dict(), schema=schema.as_dict())
    answer.cache_control.no_store = True
    if schema.serves:
        return answer, 200, {}
    return answer, 503, {"Retry-After": str(RETRY_AFTER)}
