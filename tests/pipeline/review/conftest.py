"""Revisions for the tests of the review: written as text, read as text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.review.checking import check_source, check_sql
from pipeline.review.dedupe import without_replaced
from pipeline.review.directory import read_revision
from pipeline.review.finding import Finding
from pipeline.review.revision import Revision
from pipeline.review.rule import all_rules
from tests.pipeline.review.project import Project

_FILE = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "000000000001"
down_revision = None


def upgrade():
{upgrade}


def downgrade():
{downgrade}
"""


def as_file(upgrade: str, downgrade: str = "pass") -> str:
    """A whole revision with these bodies; the first line of `upgrade` is line 11."""
    bodies = {
        "upgrade": textwrap.indent(textwrap.dedent(upgrade).strip("\n"), "    "),
        "downgrade": textwrap.indent(textwrap.dedent(downgrade).strip("\n"), "    "),
    }
    return _FILE.format(**bodies)


def findings_in(revision: Revision) -> list[Finding]:
    found = [*check_source(revision, all_rules()), *check_sql(revision, all_rules())]
    return without_replaced(found, all_rules())


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Revision]:
    """Return a function that makes a Revision, read in both directions, of the bodies of upgrade and downgrade."""

    def make(upgrade: str, downgrade: str = "pass", postgresql_version: int = 18) -> Revision:
        path = tmp_path / "000000000001_example.py"
        path.write_text(as_file(upgrade, downgrade))
        return read_revision(path, postgresql_version)

    return make


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project on branch main, with two revisions committed."""
    folder = tmp_path / "project"
    made = Project(folder, folder / "migrations")
    made.migrations.mkdir(parents=True)
    (made.migrations / "env.py").write_text("raise SystemExit('the review ran env.py')\n")
    made.git("init", "--quiet")
    made.write("aaaaaaaaaaaa", None, name="first")
    made.write("bbbbbbbbbbbb", "aaaaaaaaaaaa", name="second")
    made.commit("two revisions")
    return made
