"""
Without this file somebody who follows the callback's address would find nothing that says what this is.

It must not need the database: it is what is still there when nothing else is.
"""

from __future__ import annotations

import logging

from flask import Blueprint, render_template
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.web.visitor import current

logger = logging.getLogger(__name__)

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def front() -> str:
    return render_template("front.html", bare=not _can_look_up())


def _can_look_up() -> bool:
    """Tell whether it can be known who is looking; where nobody can be, the database is not asked."""
    try:
        current()
    except DBAPIError as error:
        logger.warning("the front page does not know who is looking: %s", describe(error))
        return False
    return True
