"""The command itself, over a few revisions; and what counts as a false alarm."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.benchmarks.false_alarms import Said, said_by_review, said_by_squawk, touches_new_tables_only
from pipeline.benchmarks.foreign import Sample, read, samples, write_history
from pipeline.benchmarks.processes import Taken
from pipeline.benchmarks.proving_speed import Proved
from pipeline.benchmarks.review_cli import bench_review
from pipeline.benchmarks.review_page import ReviewFigures, review_tables, write_review_page
from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.review.directory import read_directory
from pipeline.review.layout import find_layout

REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    {upgrade}


def downgrade():
    pass
"""
NEW = 'op.execute("CREATE TABLE a (id int); CREATE INDEX CONCURRENTLY i ON a (id)")'
OLD = 'op.execute("CREATE INDEX i ON b (id)")'


def revision(folder: Path, upgrade: str, *, harmless: bool = False) -> Sample:
    file = folder / f"{abs(hash(upgrade))}.py"
    file.write_text(REVISION.format(upgrade=upgrade))
    return Sample(file, harmless)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE a (id int)", [True]),
        ("CREATE TABLE a (id int); CREATE INDEX i ON a (id); ALTER TABLE a ADD c int", [True, True, True]),
        ("CREATE TABLE a (id int REFERENCES b)", [False]),
        ("CREATE TABLE a (id int); INSERT INTO a SELECT id FROM b", [True, False]),
        ("ALTER TABLE b ADD c int", [False]),
        ("CREATE TYPE t AS ENUM ('x')", [False]),
    ],
)
def test_nobody_uses_what_the_revision_has_just_made(tmp_path: Path, sql: str, expected: list[bool]) -> None:
    _, statements = read(revision(tmp_path, f'op.execute("{sql}")').file, 18)

    assert [touches_new_tables_only(statement) for statement in statements] == expected


def test_squawk_sees_every_statement_and_is_judged_by_its_line(tmp_path: Path) -> None:
    """A new table's integer key is the false alarm here; the index on an old table is none."""
    found = [revision(tmp_path, NEW), revision(tmp_path, OLD)]

    said = said_by_squawk(found, 18, tmp_path / "sql")

    assert said.false["prefer-bigint-over-int"] == 1
    assert said.false.total() < said.findings


def test_what_is_said_of_a_harmless_revision_is_false(tmp_path: Path) -> None:
    said = said_by_squawk([revision(tmp_path, OLD, harmless=True)], 18, tmp_path / "sql")

    assert said.findings == said.false.total() > 0


def test_statements_outside_of_a_transaction_are_shown_outside_of_it(tmp_path: Path) -> None:
    """Otherwise squawk would be blamed for believing what we told it."""
    safe = """with op.get_context().autocommit_block():
        op.create_index("i", "b", ["id"], postgresql_concurrently=True)
    op.execute("SELECT 1")"""

    said_by_squawk([revision(tmp_path, safe)], 18, tmp_path / "sql")

    lines = next((tmp_path / "sql").glob("*_upgrade.sql")).read_text().splitlines()
    assert [line for line in lines if line] == [
        "CREATE INDEX CONCURRENTLY i ON b (id);",
        "BEGIN;",
        "SELECT 1;",
        "COMMIT;",
    ]


def test_the_review_is_judged_by_the_same_measure(tmp_path: Path) -> None:
    harmless = said_by_review([revision(tmp_path, OLD, harmless=True)], 18)
    harmful = said_by_review([revision(tmp_path, OLD)], 18)

    assert harmless.false.total() == harmless.findings == harmful.findings
    assert harmful.false.total() == 0


def test_a_long_history_is_one_line_of_revisions(tmp_path: Path) -> None:
    directory = write_history(tmp_path / "long", samples(), 30)

    read_back = read_directory(find_layout(directory))

    assert [(one.id, one.down) for one in read_back.revisions[:2]] == [("b00000", ()), ("b00001", ("b00000",))]
    assert len(read_back.revisions) == 30
    assert read_back.unparsed == ()


def test_without_foreign_histories_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match="in a whole checkout"):
        samples(tmp_path)


@pytest.mark.system
def test_a_few_revisions_are_measured_and_leave_the_docs_alone(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path("docs/benchmarks/review.md")
    before = page.read_bytes()

    bench_review(["--revisions", "3", "--repeats", "1", "--rows", "20"])

    said = capsys.readouterr().out
    assert "| phases, over 3 revisions |" in said
    assert "| one new revision of …, 20 rows a table |" in said
    assert "| false alarms among them |" in said
    assert page.read_bytes() == before


@pytest.mark.parametrize("words", [["--revisions", "0"], ["--repeats", "0"]])
def test_nothing_cannot_be_measured(words: list[str]) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        bench_review(words)


FIGURES = ReviewFigures(
    cores=2,
    length=500,
    speed={"history": 1.0, "sql": 8.0, "history, sql": 12.0},
    judged=200,
    review=Said(40, Counter(), 5.0),
    squawk=Said(100, Counter({"prefer-text-field": 30}), 0.5),
    proved=(
        Proved("ours", 10_000, Taken(0, 12.0, 14.0, 280.0, 90.0), {"seeding": 0.5}),
        Proved("another", 10_000, Taken(1, 16.0, 20.0, 510.0, 95.0), {"seeding": 1.5, "drift": 2.0}),
    ),
)


def test_proving_is_told_beside_its_targets_with_its_parts() -> None:
    lines = review_tables(FIGURES)

    assert "| ours | 12.0 s | ≤ 15.0 s | met | 14.0 s |" in lines
    assert "| another | 16.0 s | ≤ 15.0 s | missed by 1.0 s | 20.0 s |" in lines
    assert "| another | 510 MB | ≤ 500 MB | missed by 10 MB | 95 MB |" in lines
    assert "| drift |  | 2.0 s |" in lines


def test_the_page_says_what_was_missed_and_by_how_much(tmp_path: Path) -> None:
    write_review_page(FIGURES, "make bench-review", tmp_path, "squawk 2.70.0")

    page = (tmp_path / "review.md").read_text()
    assert "| history, sql | 12.0 s | ≤ 10.0 s | missed by 2.0 s |" in page
    assert "| false alarms among them | 0 (0%) | 30 (30%) |" in page
    assert "prefer-text-field (30)" in page


def test_the_tables_of_the_docs_are_of_this_form() -> None:
    page = Path("docs/benchmarks/review.md").read_text().splitlines()

    headings = [line for line in review_tables(FIGURES) if line.startswith("##")]
    assert [line for line in headings if line not in page] == []
