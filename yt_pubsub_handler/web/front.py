"""
Without this file somebody who follows the callback's address would find a bare 404.

It must not need the database: it is what is still there when nothing else is.
"""

from __future__ import annotations

from flask import Blueprint, Response

blueprint = Blueprint("web", __name__)

_WHAT_IT_IS = """yt-pubsub-handler

A video goes up on YouTube; seconds later the link is on Reddit, once.
What is running here: /status
"""


@blueprint.get("/")
def front() -> Response:
    return Response(_WHAT_IT_IS, mimetype="text/plain")
