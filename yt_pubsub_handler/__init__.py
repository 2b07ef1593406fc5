"""
The app: hears from YouTube's hub that a video is up, and has the link posted once.

Make one with `create_app`; `run.py` does, for Zappa and for the `flask` command.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from yt_pubsub_handler import models, status, web, websub
from yt_pubsub_handler.database import engine_options, start_database
from yt_pubsub_handler.database_errors import answer_database_errors
from yt_pubsub_handler.migration.later import register_migrate
from yt_pubsub_handler.people import models as people_models
from yt_pubsub_handler.settings import Settings, keep_settings

__all__ = ["create_app", "models", "people_models"]

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def create_app(settings: Settings | None = None) -> Flask:
    """
    Return the app for `settings`, by default those this process was started with.

    Raises UnusableSettings with all that is wrong in one message. The database is not asked for anything yet.
    """
    settings = settings or Settings.read()
    app = Flask(__name__, template_folder="web/templates", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(),
    )
    keep_settings(app, settings)
    start_database(app)
    register_migrate(app, MIGRATIONS)
    answer_database_errors(app, web.tell_error)
    app.register_blueprint(status.blueprint)
    web.add_pages(app)
    app.register_blueprint(websub.blueprint)
    return app
