"""What is said to be read by a view, against the server, which refuses to drop it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline.review.directory import read_revision
from tests.pipeline.review.conftest import findings_in

TABLES = "CREATE TABLE posts (id int, title text, n int); CREATE TABLE other (id int, title text, m int)"
CASES = [
    ("CREATE VIEW v AS SELECT title FROM posts", "ALTER TABLE posts DROP COLUMN title", True),
    ("CREATE VIEW v AS SELECT title FROM posts", "ALTER TABLE public.posts ALTER title TYPE varchar", True),
    ("CREATE VIEW v AS SELECT id FROM posts", "ALTER TABLE posts DROP COLUMN title", False),
    ("CREATE VIEW v AS SELECT id FROM posts WHERE title > ''", "ALTER TABLE posts DROP COLUMN title", True),
    ("CREATE VIEW v AS SELECT * FROM posts", "ALTER TABLE posts DROP COLUMN title", True),
    (
        "CREATE VIEW v AS SELECT o.title FROM posts p JOIN other o USING (id)",
        "ALTER TABLE posts DROP COLUMN title",
        False,
    ),
    (
        "CREATE VIEW v AS SELECT p.title FROM posts p JOIN other o USING (id)",
        "ALTER TABLE posts DROP COLUMN title",
        True,
    ),
    ("CREATE MATERIALIZED VIEW v AS SELECT title FROM posts", "ALTER TABLE posts DROP COLUMN title", True),
    ("CREATE VIEW v AS SELECT id FROM posts", "DROP TABLE posts", True),
    ("CREATE VIEW v AS SELECT id FROM other", "DROP TABLE posts", False),
    ("CREATE VIEW v AS SELECT id FROM posts", "DROP TABLE posts CASCADE", False),
    ("CREATE VIEW v AS SELECT title FROM posts; DROP VIEW v", "ALTER TABLE posts DROP COLUMN title", False),
    ("CREATE VIEW v AS SELECT title FROM posts; CREATE VIEW w AS SELECT title FROM v", "DROP VIEW w", False),
    ("CREATE TABLE copied AS SELECT title FROM posts", "ALTER TABLE posts DROP COLUMN title", False),
]


@pytest.mark.parametrize(("made", "dropped", "refused"), CASES)
def test_an_earlier_view_is_in_the_way_as_it_is_for_the_server(
    made: str, dropped: str, tmp_path: Path, empty_postgresql: psycopg.Connection[Any], *, refused: bool
) -> None:
    for number, sql in enumerate((f"{TABLES}; {made}", dropped), start=1):
        down = repr(str(number - 1)) if number > 1 else None
        text = f"from alembic import op\nrevision = '{number}'\ndown_revision = {down}\n"
        (tmp_path / f"{number}.py").write_text(f"{text}def upgrade():\n    op.execute({sql!r})\n")

    empty_postgresql.execute(f"{TABLES}; {made}")
    try:
        empty_postgresql.execute(dropped)
        said = False
    except (psycopg.errors.DependentObjectsStillExist, psycopg.errors.FeatureNotSupported):
        said = True

    names = {one.rule for one in findings_in(read_revision(tmp_path / "2.py"))}
    assert ("view-still-reads-it" in names, said) == (refused, refused)
