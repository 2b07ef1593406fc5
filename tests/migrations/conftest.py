"""Revisions of a test's own, run by our env.py, and the words in which a schema is compared."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from pipeline.postgres import programs
from yt_pubsub_handler import MIGRATIONS

WriteRevisions = Callable[..., list[str]]

_REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {previous!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
"""


@pytest.fixture
def write_revisions(empty_app: Flask, tmp_path: Path) -> WriteRevisions:
    """
    Return a function that gives `empty_app` these revisions in place of ours, in one line of Python each.

    Each is an upgrade, or a pair of upgrade and downgrade. It returns their ids.
    """

    def write(*revisions: str | tuple[str, str]) -> list[str]:
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True)
        for name in ("env.py", "alembic.ini", "script.py.mako"):
            (folder / name).write_text((MIGRATIONS / name).read_text())
        ids = [f"{number:012x}" for number in range(1, len(revisions) + 1)]
        for revision, previous, code in zip(ids, [None, *ids], revisions, strict=False):
            up, down = code if isinstance(code, tuple) else (code, "pass")
            text = _REVISION.format(revision=revision, previous=previous, upgrade=up, downgrade=down)
            (folder / "versions" / f"{revision}.py").write_text(text)
        empty_app.extensions["migrate"].directory = str(folder)
        empty_app.extensions["migrate"].migrate.directory = str(folder)
        return ids

    return write


@pytest.fixture
def dump_schema() -> Callable[[str], str]:
    """Return a function that tells the whole schema of a database in pg_dump's words."""

    def dump(url: str) -> str:
        where = make_url(url)
        target = [f"--host={where.host}", f"--port={where.port}", f"--username={where.username}"]
        choices = ["--schema-only", "--exclude-table=alembic_version", "--restrict-key=0"]
        return subprocess.run(
            [str(programs() / "pg_dump"), *target, *choices, str(where.database)],
            env={**os.environ, "PGPASSWORD": str(where.password or "")},
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    return dump
