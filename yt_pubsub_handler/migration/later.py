"""
Without this file each start of the app would import Alembic, which takes as long as all the rest together.

Requests need none of it, and a container that is started for one is waited for. What Flask-Migrate puts into an app is
put there when somebody looks: the `flask db` command, the engine, env.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask

from yt_pubsub_handler.database import db

_NAME = "migrate"


def register_migrate(app: Flask, directory: Path) -> None:
    """Do for `app` what `flask_migrate.Migrate` does, as soon as it is asked for; at once for the `flask` command."""
    app.extensions[_NAME] = _Later(app, directory)
    # Set by Flask itself. Its commands are looked up in the app, where Migrate puts `db`.
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        _real(app, directory)


class _Later:
    """Stands in Flask-Migrate's place, and for it, until the first attribute is read or set."""

    def __init__(self, app: Flask, directory: Path) -> None:
        vars(self).update(_app=app, _directory=directory)

    def __getattr__(self, name: str) -> Any:
        return getattr(_real(**vars(self)), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_real(**vars(self)), name, value)


def _real(_app: Flask, _directory: Path) -> Any:
    if isinstance(_app.extensions[_NAME], _Later):
        from flask_migrate import Migrate  # noqa: PLC0415 - see above.

        # Batch mode is SQLite's; on PostgreSQL it would only hide what a revision does.
        Migrate(_app, db, directory=_directory, render_as_batch=False, compare_server_default=True)
    return _app.extensions[_NAME]
