"""With a server at hand, a revision's SQL is seen and not only read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.review.finding import Direction
from pipeline.review.layout import find_layout
from pipeline.review.reviewing import Options, review
from pipeline.review.running import databases
from pipeline.review.running.databases import databases_on
from pipeline.review.running.project import find_project

_ENV = """
from alembic import context
from sqlalchemy import create_engine
url = context.config.get_main_option("sqlalchemy.url").replace("postgresql://", "postgresql+psycopg://")
with create_engine(url).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
_FIRST = """
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None
def upgrade():
    op.create_table("old", sa.Column("a", sa.Text()))
def downgrade():
    op.drop_table("old")
"""
_SECOND = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    for table in sa.inspect(op.get_bind()).get_table_names():
        if table != "alembic_version":
            op.execute(f"ALTER TABLE {table} DROP COLUMN a")
def downgrade():
    op.execute("ALTER TABLE old ADD COLUMN a text")
"""

Make = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Make:
    """Return a function that writes a plain Alembic project and returns its script directory."""

    def make(*revisions: str, env: str = _ENV) -> Path:
        folder = tmp_path / "project" / "alembic"
        (folder / "versions").mkdir(parents=True)
        (folder / "env.py").write_text(env)
        (folder.parent / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
        for number, text in enumerate(revisions, start=1):
            (folder / "versions" / f"{number:04}.py").write_text(text)
        return folder

    return make


def _reviewed(directory: Path, url: str | None) -> tuple[set[tuple[int, str]], list[str]]:
    report = review(Options(directory=directory, database_url=url))
    subjects = {
        (finding.line, finding.subject) for finding in report.findings if finding.direction is Direction.UPGRADE
    }
    return subjects, [one.why for one in report.not_analysed]


def test_what_depends_on_the_database_is_seen(project: Make, empty_database_url: str) -> None:
    directory = project(_FIRST, _SECOND)

    read, unread = _reviewed(directory, None)
    seen, unseen = _reviewed(directory, empty_database_url)

    assert [why for why in unread if "'table' is not known" in why]
    assert unseen == []
    assert not any("old.a" in subject for _, subject in read)
    assert {(line, subject) for line, subject in seen if subject == "old.a"} == {(9, "old.a")}


def test_nothing_is_left_on_the_server(
    project: Make,
    empty_database_url: str,
    empty_postgresql: psycopg.Connection[tuple[object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "PREFIX", "left_behind_")  # Others make theirs at the same time.
    there = "SELECT array_agg(datname::text) FROM pg_database WHERE datname LIKE 'left_behind%'"

    review(Options(directory=project(_FIRST, _SECOND), database_url=empty_database_url))

    assert empty_postgresql.execute(there).fetchone() == (None,)
    tables = empty_postgresql.execute("SELECT count(*)::text FROM pg_class WHERE relname = 'old'").fetchone()
    assert tables == ("0",)


def test_a_revision_that_fails_is_said_at_its_line(project: Make, empty_database_url: str) -> None:
    broken = _SECOND.replace(
        'op.execute("ALTER TABLE old ADD COLUMN a text")', 'op.execute("ALTER TABLE no ADD a text")'
    )

    _, unseen = _reviewed(project(_FIRST, broken), empty_database_url)

    assert [why for why in unseen if 'relation "no" does not exist' in why and "downgrade to 0001" in why]


def test_a_project_that_does_not_start_is_said_with_its_own_words(project: Make, empty_database_url: str) -> None:
    directory = project(_FIRST, env="import not_installed_here\n")

    with pytest.raises(CouldNotAnswer, match="No module named 'not_installed_here'"):
        review(Options(directory=directory, database_url=empty_database_url))


def test_our_own_revisions_run_in_their_flask_app(empty_database_url: str) -> None:
    report = review(Options(directory=Path("migrations"), database_url=empty_database_url))

    assert find_project(find_layout(Path("migrations"))).flask == "run"
    assert (report.failures, report.not_analysed) == ((), ())


def test_the_project_runs_in_the_python_that_is_named(project: Make) -> None:
    found = find_project(find_layout(project(_FIRST)), Path(sys.executable))

    assert (found.python, found.root.name, found.flask) == (Path(sys.executable), "project", None)


@pytest.mark.parametrize(
    ("url", "error"),
    [("no url", UsageError), ("sqlite:///x", UsageError), ("postgresql://x@127.0.0.1:1/x", CouldNotAnswer)],
)
def test_a_url_that_leads_nowhere_is_refused(url: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="--database-url"), databases_on(url) as databases:
        databases.empty()
