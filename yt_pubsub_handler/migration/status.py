"""
Without this file nobody could tell whether the code and the schema fit each other.

"newer" is fine: the release in production meets the new schema during every deployment, and after traffic
alone was rolled back. "older" is not: this code selects columns that are not there yet.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Literal

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.migration.revisions import database_revision, is_known, package_head

logger = logging.getLogger(__name__)

Fit = Literal["current", "newer", "older", "empty", "unreachable"]


@dataclass(frozen=True)
class SchemaStatus:
    """The package's head, the database's revision (None: there is none), and how they go together."""

    head: str | None
    revision: str | None
    fit: Fit

    @property
    def serves(self) -> bool:
        return self.fit in ("current", "newer")

    def as_dict(self) -> dict[str, str | None]:
        return asdict(self)


def schema_status(app: Flask, engine: Engine) -> SchemaStatus:
    """Ask the database through `engine`; one that does not answer is "unreachable", and logged."""
    head = package_head(app)
    try:
        with engine.connect() as connection:
            revision = database_revision(connection)
    except DBAPIError as error:
        # Not `exception`: a traceback would print DETAIL, which quotes rows.
        logger.error(  # noqa: TRY400
            "the schema's revision cannot be read: %s", describe(error)
        )
        return SchemaStatus(head, None, "unreachable")
    return SchemaStatus(head, revision, _fit(app, head, revision))


def _fit(app: Flask, head: str | None, revision: str | None) -> Fit:
    if revision is None:
        return "empty"
    if revision == head:
        return "current"
    return "older" if is_known(app, revision) else "newer"
