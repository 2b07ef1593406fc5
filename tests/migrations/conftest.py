"""The words in which a schema is compared."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest
from sqlalchemy.engine import make_url

from pipeline.postgres import programs


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
