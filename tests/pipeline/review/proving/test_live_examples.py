"""
The examples of the rules that need a running server: `before.py` beside their folders stands there first, with rows.

A line that is to be found says so, as in the examples that are only read.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.review.finding import Phase, Severity
from pipeline.review.proving.terms import Terms
from pipeline.review.report import Report
from pipeline.review.reviewing import READING, Options, review
from pipeline.review.rule import all_rules
from tests.pipeline.review.test_examples import EXAMPLES, OF_THEIR_OWN, marked

_ENV = """
from alembic import context
from sqlalchemy import create_engine
url = context.config.get_main_option("sqlalchemy.url").replace("postgresql://", "postgresql+psycopg://")
with create_engine(url).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
_LIVE = {rule.name for rule in all_rules() if {Phase.LIVE, Phase.WINDOW} & set(rule.phases)}
FOLDERS = [EXAMPLES / name.replace("-", "_") for name in sorted(_LIVE - OF_THEIR_OWN)]


def proved(folder: Path, example: Path, url: str) -> Report:
    versions = folder / "alembic" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(_ENV)
    shutil.copy(EXAMPLES / "before.py", versions)
    file = Path(shutil.copy(example, versions))
    return review(
        Options(
            directory=versions.parent, files=(file,), phases=(*READING, Phase.LIVE), database_url=url,
            terms=Terms(rows=200),
        )
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["unsafe", "safe"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_is_found_at_its_line_and_nothing_else(
    folder: Path, kind: str, tmp_path: Path, empty_database_url: str
) -> None:
    example = folder / f"{kind}.py"
    report = proved(tmp_path, example, empty_database_url)
    found = {(one.line, one.rule) for one in report.findings if one.severity is not Severity.INFO}

    assert report.failures == ()
    assert found == marked(example)
