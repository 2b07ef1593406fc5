"""
Times one upgrade after the other in a process that has everything imported, as a warm Lambda has.

A program of its own, started by `upgrades.py`: reads a job per line from standard input, a JSON object, and answers
each with a line, {"seconds": …} or {"error": …}. Nothing of the pipeline may depend on the app, so the app is looked up
by name, as the `flask` command does it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import flask_migrate
from flask import Flask


def app_for(job: dict[str, str]) -> Flask:
    """Make the app on the job's database, with the job's revisions."""
    os.environ["DATABASE_URL"] = job["database_url"]
    app: Flask = importlib.import_module("yt_pubsub_handler").create_app()
    extension = app.extensions["migrate"]
    extension.directory = extension.migrate.directory = job["migrations"]
    return app


def engine(app: Flask) -> None:
    """What `zappa invoke production run.run_alembic_upgrade` does."""
    importlib.import_module("yt_pubsub_handler.db_utils").alembic_upgrade(app)


def plain(app: Flask) -> None:
    """What `flask db upgrade` does."""
    with app.app_context():
        flask_migrate.upgrade()


def connect(app: Flask) -> None:
    """What neither can do without."""
    connections = importlib.import_module("yt_pubsub_handler.migration.connections")
    settings = importlib.import_module("yt_pubsub_handler.settings")
    connections.migration_engine(settings.settings_of(app)).connect().close()


WAYS: dict[str, Callable[[Flask], None]] = {"engine": engine, "plain": plain, "connect": connect}


def answer(job: dict[str, str]) -> dict[str, Any]:
    app = app_for(job)
    began = time.perf_counter()
    try:
        WAYS[job["way"]](app)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is told to whoever asked.
        return {"error": f"{type(error).__name__}: {error}"}
    return {"seconds": time.perf_counter() - began}


def main() -> None:
    # What Flask-Migrate or a revision prints must not come between the answers.
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    main()
