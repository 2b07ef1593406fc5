"""What people see in a browser."""

from __future__ import annotations

from flask import Flask, request
from markupsafe import Markup

from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.web import (
    account,
    assets,
    csrf,
    errors,
    forms,
    front,
    headers,
    health,
    links,
    moments,
    operator,
    signing_in,
    visitor,
)

tell_error = errors.tell
BLUEPRINTS = (account, assets, front, health, links, operator, signing_in)


def add_pages(app: Flask) -> None:
    """Give `app` its pages, and what their templates know."""
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    app.config["MAX_CONTENT_LENGTH"] = forms.LARGEST
    csrf.protect_forms(app, exempt="websub")
    headers.add_headers(app, settings_of(app))
    errors.answer_errors(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=assets.address_of, current_visitor=visitor.current, here=_here)
    app.jinja_env.filters.update(ago=moments.moment, exactly=moments.exactly, day=moments.day_in_words)


def _here(endpoint: str) -> Markup:
    """What makes a link of the navigation the one to where somebody is."""
    return Markup(' aria-current="page"') if request.endpoint == endpoint else Markup("")
