"""
Without this file somebody who follows the callback's address would find nothing that says what this is.

It must not need the database: it is what is still there when nothing else is.
"""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def front() -> str:
    return render_template("front.html")
