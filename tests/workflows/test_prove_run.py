"""What a pull request hears of its revisions once they have run: summary, lines, pictures and a comment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.workflows.test_review_run import NEW, good, results

if TYPE_CHECKING:
    from pipeline.workflows import WorkflowRun
    from tests.workflows.conftest import PullRequest

RENAMED = "migrations/versions/1123456789ab_rename.py"
_RENAME = '''"""Rename the title, as autogenerate writes it."""

import sqlalchemy as sa
from alembic import op

revision = "1123456789ab"
down_revision = "0123456789ab"


def upgrade() -> None:
    op.add_column("videos", sa.Column("headline", sa.Text(), nullable=True))
    op.drop_column("videos", "title")


def downgrade() -> None:
    op.add_column("videos", sa.Column("title", sa.Text(), nullable=True))
    op.drop_column("videos", "headline")
'''


def artifact(pull_request: PullRequest) -> dict[str, Path]:
    folder = pull_request.folder / f"run-{pull_request.runs}" / "artifacts" / "proof"
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def places(ran: WorkflowRun, job: str) -> set[tuple[str | None, str | None, int | None]]:
    return {(note.title, note.file, note.line) for note in ran.annotations if note.step.job == job and note.file}


@pytest.mark.system
def test_a_good_and_a_bad_revision_are_proved_and_told(pull_request: PullRequest) -> None:
    pull_request.commit("change", {**good(), RENAMED: _RENAME, "migrations/head.txt": "1123456789ab\n"})

    ran = pull_request.run(proving=True)

    files = artifact(pull_request)
    live: dict[str, Any] = json.loads(files["review.json"].read_text())["live"]
    verdicts = {one["revision"]: one["verdict"] for one in live["revisions"]}
    assert (ran.jobs["prove"].result, ran.step("prove", "prove").exit_code) == ("failure", 1)
    assert verdicts == {"0123456789ab": "safe", "1123456789ab": "unsafe"}
    assert set(files) == {
        "review.md", "review.sarif", "review.json", "charts/0123456789ab.svg", "charts/1123456789ab.svg",
    }  # fmt: skip
    summary = ran.jobs["prove"].summary
    assert "### What running showed" in summary
    assert "The release in production breaks: " in summary
    assert any("title" in one for one in live["revisions"][1]["broken"])
    assert any("smoke" in one for one in live["revisions"][1]["broken"]), "the app's own smoke test ran"
    [comment] = pull_request.github.bodies()
    assert "### What running showed" in comment, "the proof is what is told"
    assert places(ran, "review")
    assert places(ran, "prove") & places(ran, "review") == set(), "nothing is said twice at a line"
    assert results(ran)["report"] == "success"


def test_where_the_base_cannot_run_revisions_nobody_proves_and_what_was_read_is_told(pull_request: PullRequest) -> None:
    marker = Path("scripts/pipeline/review/proving/unasked.py")
    pull_request.commit("main", {str(marker): None})
    pull_request.commit("change", {str(marker): marker.read_text(), NEW: good()[NEW]})

    ran = pull_request.run({"review": "exit 0"}, proving=True)

    assert ran.jobs["prove"].result == "success"
    [note] = [note for note in ran.annotations if note.step.job == "prove"]
    assert (note.level, note.title) == ("notice", "Not proved")
