"""
Without this file whoever is asked "is it us or YouTube?" would open three consoles.

It shows and changes nothing: what is to be done is in the runbook.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, current_app, render_template

from yt_pubsub_handler.operations import look
from yt_pubsub_handler.web.moments import length
from yt_pubsub_handler.web.visitor import admin_only

blueprint = Blueprint("operator", __name__)


@blueprint.get("/operator")
@admin_only
def operator() -> str:
    seen = look(current_app)
    oldest = length(timedelta(seconds=seen.measured["OldestPendingAge"])) if seen.measured["Backlog"] else None
    return render_template("operator.html", seen=seen, oldest=oldest, read=datetime.fromisoformat)
