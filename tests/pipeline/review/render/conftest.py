"""Findings and reports made by hand, with what people and attackers put into file names and revisions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.finding import Direction, Finding, NotAnalysed, Phase, Severity
from pipeline.review.report import Report

REVISION = """import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade():
    op.add_column("videos", sa.Column("length", sa.Integer()))
    op.drop_column(
        "videos",
        "title",
    )


def downgrade():
    pass
"""

FINDING = Finding(
    rule="drop-column",
    severity=Severity.ERROR,
    phase=Phase.SQL,
    file=Path("0007_drop_title.py"),
    line=10,
    subject="videos.title",
    message="The release serving traffic still selects videos.title.",
    remedy="unmap videos.title and deploy, then drop it in the next pull request.",
    revision="0007",
    direction=Direction.UPGRADE,
)

ODD = (
    "naïve `code` | a cell\nnext ``` line <script>alert(1)</script> @octocat #1 %0A ::error:: $x$ [a](http://x) "
    "\x1b[31mred \u202egnp.exe \U0001f600"
)


def finding(**changes: Any) -> Finding:
    return replace(FINDING, **changes)


def report(*findings: Finding, analysed: tuple[Path, ...] | None = None, **more: Any) -> Report:
    files = tuple(dict.fromkeys(one.file for one in findings)) or (FINDING.file,)
    return Report(
        directory=Path(),
        phases=(Phase.SOURCE, Phase.SQL),
        analysed=files if analysed is None else analysed,
        findings=findings,
        **more,
    )


def not_analysed(why: str = "its table is not known", line: int = 12) -> NotAnalysed:
    return NotAnalysed(FINDING.file, line, why)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the revision that FINDING is about, outside a workflow and without a terminal."""
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / FINDING.file).write_text(REVISION)
    monkeypatch.chdir(tmp_path)
    return tmp_path
