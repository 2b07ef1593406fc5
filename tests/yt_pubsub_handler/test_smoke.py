"""The smoke test that a release carries: it passes where the release works, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from flask import Flask

from yt_pubsub_handler.smoke import find_fault

_ROWS = "SELECT (SELECT count(*) FROM leases) + (SELECT count(*) FROM videos) + (SELECT count(*) FROM posts)"


def test_it_finds_nothing_and_leaves_nothing_where_the_release_works(
    app: Flask, postgresql: psycopg.Connection[Any]
) -> None:
    assert find_fault(app) is None
    assert postgresql.execute(_ROWS).fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("DELETE FROM alembic_version", "GET /status answers 503"),
        ("ALTER TABLE posts ALTER state DROP DEFAULT", "a signed notification is answered with 5"),
        ("ALTER TABLE posts ALTER state SET DEFAULT 'skipped'", "no post is queued"),
    ],
)
def test_it_says_what_does_not_work(app: Flask, postgresql: psycopg.Connection[Any], change: str, fault: str) -> None:
    postgresql.execute(change)
    postgresql.commit()

    assert fault in str(find_fault(app))


def test_as_a_command_it_ends_with_one_and_the_reason(empty_database_url: str) -> None:
    command = [sys.executable, "-m", "yt_pubsub_handler.smoke"]
    settings = {**os.environ, "DATABASE_URL": empty_database_url}

    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)

    assert (done.returncode, "GET /status answers 503" in done.stderr) == (1, True)
