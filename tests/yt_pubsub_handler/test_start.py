"""Who waits for a container to start waits for every import: what requests do not need is not among them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from flask import Flask

from yt_pubsub_handler import MIGRATIONS

SLOW = {
    *("alembic", "alembic_utils", "authlib", "boto3", "botocore", "cryptography", "flask_migrate", "flask_wtf"),
    *("joserfc", "mako", "praw", "requests", "wtforms", "zappa"),
}
ASKED = "import json, sys, run; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"


def test_importing_run_imports_nothing_that_requests_do_not_need() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1/app"}
    environment.pop("AWS_LAMBDA_FUNCTION_NAME", None)

    said = subprocess.run(
        [sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=True
    ).stdout

    loaded = set(json.loads(said))
    assert "yt_pubsub_handler" in loaded
    assert loaded & SLOW == set()


def test_flask_migrate_is_there_for_whoever_looks(app: Flask) -> None:
    there = app.extensions["migrate"]

    assert there.directory == str(MIGRATIONS)
    assert there.configure_args["render_as_batch"] is False
    assert type(app.extensions["migrate"]).__module__ == "flask_migrate"


@pytest.mark.parametrize("looked", [False, True])
def test_another_folder_can_be_set_before_and_after_somebody_looked(looked: bool, app: Flask) -> None:
    extension = app.extensions["migrate"]
    if looked:
        assert extension.directory

    extension.directory = "elsewhere"

    assert app.extensions["migrate"].directory == "elsewhere"
