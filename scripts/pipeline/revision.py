"""
Writes a revision from the models without anybody's database: autogenerate compares with a throwaway PostgreSQL
that was just brought to head.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from pipeline.errors import CouldNotAnswer, Found, UsageError
from pipeline.keeper import Keeper
from pipeline.postgres import start_server
from pipeline.review.directory import read_directory
from pipeline.review.head_file import write_head_file
from pipeline.review.layout import find_layout

MIGRATIONS = Path("migrations")
VERSIONS = MIGRATIONS / "versions"


def write_revision(message: str) -> Path:
    """
    Return the file that `flask db migrate -m message` wrote.

    Raises UsageError without a message, Found when the models say what the revisions say already.
    """
    if not message.strip():
        raise UsageError('A revision needs a message: make revision m="add titles".')
    with Keeper() as keeper:
        server = start_server(keeper)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE revision")
        settings = {**os.environ, "DATABASE_URL": server.url("revision")}
        _flask_db(settings, "upgrade")
        before = set(VERSIONS.glob("*.py"))
        said = _flask_db(settings, "migrate", "-m", message)
        written = set(VERSIONS.glob("*.py")) - before
    if not written:
        raise Found(f"The models say nothing that the revisions do not: edit models.py first.\n{said.strip()}")
    record_head()
    return written.pop()


def record_head(migrations: Path = MIGRATIONS) -> Path:
    """Write the head's id beside the revisions, where two pull requests that each add one conflict in git."""
    return write_head_file(migrations, read_directory(find_layout(migrations)).revisions)


def main(arguments: list[str]) -> None:
    """Write a revision with the message given as the one argument, and the file head.txt."""
    path = write_revision(" ".join(arguments))
    print(f"Wrote {path}. Autogenerate guesses: read every line, both ways, then `make rehearse`.")


def _flask_db(settings: dict[str, str], *words: str) -> str:
    flask = str(Path(sys.executable).with_name("flask"))
    done = subprocess.run(
        [flask, "--app", "run", "db", *words],
        env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout.rstrip())
        raise CouldNotAnswer(f"`flask db {' '.join(words)}` failed (its output is above): mend that first.")
    return done.stdout
