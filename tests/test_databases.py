"""The tests' own PostgreSQL: theirs or one that is named, never a skip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pipeline.keeper import Keeper
from pipeline.postgres import start_server

CHECKOUT = Path(__file__).resolve().parents[1]
ONE_TEST = "tests/yt_pubsub_handler/test_status.py::test_a_migrated_database_is_current"


def run_pytest(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run pytest in a process of its own, after the Python in `before`."""
    # A test run inside a test run must not take itself for a worker of the outer one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    script = f"import sys, pytest\n{before}\nsys.exit(pytest.main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", script, "-p", "no:cacheprovider", *arguments],
        env=environment | {"PYTHONPATH": str(CHECKOUT / "scripts")},
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_server_that_is_named_is_used_in_place_of_our_own() -> None:
    with Keeper() as keeper:
        server = start_server(keeper)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE only_here")
        # A maintenance database that no other server has.
        where = ["--postgresql-maintenance-dbname=only_here", f"--postgresql-host={server.host}"]
        who = [f"--postgresql-user={server.user}", f"--postgresql-password={server.password}"]

        finished = run_pytest(ONE_TEST, *where, f"--postgresql-port={server.port}", *who)

    assert finished.returncode == 0, finished.stdout
    assert "1 passed" in finished.stdout


def test_without_postgresql_nothing_is_skipped_and_the_run_fails() -> None:
    before = "import pipeline.postgres\npipeline.postgres._PROGRAMS = {}"

    finished = run_pytest(ONE_TEST, before=before)

    assert finished.returncode == 3
    assert "There is no PostgreSQL to test with: There is no embedded PostgreSQL 18" in finished.stderr
    assert "skipped" not in finished.stdout


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_database_is_new_for_every_test(time: str, postgresql: psycopg.Connection[object]) -> None:
    postgresql.execute("CREATE TABLE left_behind ()")
    postgresql.commit()

    assert postgresql.execute("SELECT count(*) FROM videos").fetchone() == (0,)
