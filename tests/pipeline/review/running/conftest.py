"""Projects that are run, and scratch databases to run them on."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL

from pipeline.review.layout import find_layout
from pipeline.review.running.databases import Databases, databases_on, plain
from pipeline.review.running.project import Project, find_project
from pipeline.review.running.session import Session

PLAIN_ENV = """
from alembic import context
from sqlalchemy import engine_from_config, pool
section = context.config.get_section(context.config.config_ini_section, {})
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""

_REVISION = """
import sqlalchemy as sa
from alembic import op
revision = {revision!r}
down_revision = {down!r}
def upgrade():
{upgrade}
def downgrade():
{downgrade}
"""
FIRST_LINE = 7
"""Where the body of upgrade() begins."""


class Stage:
    """
    A session for the tests of a module, since its start is what takes long: each test gives it a script and a database.

    Alembic reads env.py and the revisions anew for each command.
    """

    def __init__(self, folder: Path, databases: Databases) -> None:
        self._folder = folder / "alembic"
        (self._folder / "versions").mkdir(parents=True)
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
        self._databases = databases
        self.session: Session | None = None

    def write(self, *revisions: str | tuple[str, str], env: str = PLAIN_ENV, python: Path | None = None) -> Project:
        """Write a project of revisions 0001, 0002, …, each the body of upgrade(), or a pair of both bodies."""
        for old in (self._folder / "versions").glob("*.py"):
            old.unlink()
        (self._folder / "env.py").write_text(env)
        for number, code in enumerate(revisions, start=1):
            up, down = code if isinstance(code, tuple) else (code, "pass")
            text = _REVISION.format(
                revision=f"{number:04}", down=f"{number - 1:04}" if number > 1 else None,
                upgrade=textwrap.indent(textwrap.dedent(up).strip("\n"), "    "),
                downgrade=textwrap.indent(textwrap.dedent(down).strip("\n"), "    "),
            )  # fmt: skip
            (self._folder / "versions" / f"{number:04}.py").write_text(text)
        return find_project(find_layout(self._folder), python or Path(sys.executable))

    def play(self, *revisions: str | tuple[str, str], on: str = "", env: str = PLAIN_ENV) -> tuple[Session, URL]:
        """Return a session that knows these revisions, on a database of its own where the SQL `on` was run."""
        project, url = self.write(*revisions, env=env), self.database(on)
        if self.session is None:
            self.session = Session(project, url).__enter__()
        else:
            self.session.move(url)
        return self.session, url

    def database(self, on: str = "") -> URL:
        url = self._databases.empty()
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute(on.encode())
        return url


@pytest.fixture(scope="module")
def stage(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with databases_on(server_url) as databases:
        made = Stage(tmp_path_factory.mktemp("stage"), databases)
        yield made
        if made.session is not None:
            made.session.__exit__(None, None, None)


def ask(url: URL, question: str) -> object:
    """The first value of the answer, asked from outside."""
    with psycopg.connect(plain(url)) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None
