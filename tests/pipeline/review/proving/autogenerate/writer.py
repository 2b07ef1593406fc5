"""
Runs as a process of its own: Flask-Migrate in projects that others wrote, one after the other, in one database.

A line of JSON in is a job, a line of JSON out its end. Each project's modules are imported anew for each job, as each
`flask db …` would; a project's first revision ("0001") begins with an empty database.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
from alembic_utils.replaceable_entity import registry
from sqlalchemy.engine import make_url


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        failed = None
        try:
            _work(json.loads(line))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the test is told and fails.
            failed = f"{type(error).__name__}: {error}"
        out.write(json.dumps({"failed": failed}) + "\n")
        out.flush()


def _work(job: dict[str, Any]) -> None:
    if job["revision"] == "0001":
        _empty_the_database()
    for name in ("app", "models"):
        sys.modules.pop(name, None)
    # What the project before has registered would be wanted in this one too.
    registry.clear()  # type: ignore[no-untyped-call]  # The library has no types here.
    shutil.rmtree(Path(job["folder"], "__pycache__"), ignore_errors=True)
    sys.path[0] = job["folder"]
    directory = str(Path(job["folder"], "migrations"))
    app, models = __import__("app"), __import__("models")
    with app.app.app_context():
        try:
            if job["verb"] == "migrate":
                flask_migrate.migrate(directory, message="change", rev_id=job["revision"])
            else:
                getattr(flask_migrate, job["verb"])(directory)
        finally:
            models.db.engine.dispose()


def _empty_the_database() -> None:
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA public")


if __name__ == "__main__":
    main()
