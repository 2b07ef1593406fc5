"""The file that makes git conflict: who writes it, and that ours is there."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory

from pipeline.revision import record_head
from tests.pipeline.review.project import Project


def test_ours_names_our_head() -> None:
    [head] = ScriptDirectory("migrations").get_heads()

    assert Path("migrations/head.txt").read_text() == f"{head}\n"


def test_it_is_written_with_the_head_that_a_new_revision_makes(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")

    path = record_head(project.migrations)

    assert (path, path.read_text()) == (project.migrations / "head.txt", "cccccccccccc\n")


def test_several_heads_have_a_line_each(project: Project) -> None:
    project.write("dddddddddddd", "aaaaaaaaaaaa")
    project.write("cccccccccccc", None, labels="billing")

    assert record_head(project.migrations).read_text() == "bbbbbbbbbbbb\ncccccccccccc\ndddddddddddd\n"


def test_alembic_takes_no_notice_of_it(project: Project) -> None:
    record_head(project.migrations)

    assert ScriptDirectory(str(project.migrations)).get_heads() == ["bbbbbbbbbbbb"]
