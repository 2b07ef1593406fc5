"""Without --phases a review runs what it can, and never fails for what nobody asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.finding import Phase
from pipeline.review.proving.terms import Terms
from pipeline.review.proving.unasked import what_can_be_run
from pipeline.review.reviewing import READING, Options, review
from tests.pipeline.review.project import Project, review_script

_ENV = """
from pathlib import Path
from alembic import context
from sqlalchemy import create_engine
Path(__file__).with_name("ran").touch()
url = context.config.get_main_option("sqlalchemy.url").replace("postgresql://", "postgresql+psycopg://")
with create_engine(url).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


def told(text: str) -> dict[str, Any]:
    live: dict[str, Any] = json.loads(text)["live"]
    return live


@pytest.fixture
def runnable(project: Project) -> Project:
    (project.migrations / "env.py").write_text(_ENV)
    project.commit("an env.py that connects")
    return project


def test_what_is_new_is_run_where_it_can_be(runnable: Project) -> None:
    runnable.branch("more")
    runnable.write(
        "cccccccccccc", "bbbbbbbbbbbb", upgrade="op.create_table('t', sa.Column('a', sa.Integer))",
        downgrade="op.drop_table('t')",
    )  # fmt: skip

    report = review(Options(runnable.migrations, since="main", also_run=True, terms=Terms(rows=10)))

    live = report.live
    assert [(one["revision"], one["upgrade"]["changes"]) for one in live["revisions"]] == [
        ("cccccccccccc", ["table public.t: absent → TABLE"])
    ]
    assert (live["release"], report.phases, report.failures) == ("main", (*READING, Phase.LIVE), ())
    [why] = report.not_run
    assert why.startswith("The phase window analysed nothing. The release in "), "it has no models"
    assert why in live["notes"]


def test_where_nothing_is_new_nothing_is_started(runnable: Project) -> None:
    done = review_script("--since", "main", "--format", "json", cwd=runnable.folder)

    assert (done.returncode, told(done.stdout)) == (0, {})
    assert not (runnable.migrations / "ran").exists()


def test_a_project_that_does_not_start_is_said_in_one_line_and_fails_nothing(project: Project, tmp_path: Path) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    words = ("migrations/versions/cccccccccccc.py", "--format", "json", "--also", f"markdown={tmp_path / 'page.md'}")

    done = review_script(*words, cwd=project.folder)

    [note] = told(done.stdout)["notes"]
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, note)
    assert note.startswith("Nothing was run: The project does not start in ")
    assert "the review ran env.py" in note
    assert "Nothing was run" in (tmp_path / "page.md").read_text()


def test_the_same_that_was_asked_for_is_no_answer(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")

    done = review_script(
        "migrations/versions/cccccccccccc.py", "--phases", "history,source,sql,live", cwd=project.folder
    )

    assert done.returncode == 3
    assert "error: What was to be run (--phases live) could not be: The project does not start in" in done.stderr


def test_many_are_run_when_it_is_asked_for_and_how_is_said(runnable: Project) -> None:
    parent = "bbbbbbbbbbbb"
    for number in range(19):
        runnable.write(f"{number:012}", parent)
        parent = f"{number:012}"

    done = review_script("--all", "--format", "json", cwd=runnable.folder)

    said = (
        "Nothing was run: 21 revisions were chosen, and more than 20 are run when it is asked for: "
        "add --phases history,source,sql,live."
    )
    assert (told(done.stdout)["notes"], done.stderr) == ([said], f"{said}\n")
    assert not (runnable.migrations / "ran").exists()


@pytest.mark.parametrize(
    ("chosen", "release", "phases"),
    [(0, "main", ()), (20, None, (Phase.LIVE,)), (20, "main", (Phase.LIVE, Phase.WINDOW)), (21, "main", ())],
)
def test_the_release_is_tried_where_it_is_known(
    tmp_path: Path, chosen: int, release: str | None, phases: tuple[Phase, ...]
) -> None:
    (tmp_path / "env.py").touch()

    assert what_can_be_run(tmp_path, chosen, Terms(release=release))[0] == phases


def test_a_folder_without_an_env_is_read_without_a_word(tmp_path: Path) -> None:
    assert what_can_be_run(tmp_path, 1, Terms(release="main")) == ((), "")


def test_a_window_without_a_release_starts_nothing(runnable: Project) -> None:
    report = review(Options(runnable.migrations, phases=(Phase.WINDOW,)))

    assert report.failures == (
        "The phase window analysed nothing. There is no release to try: name the commit that production runs with "
        "--release, or with --since.",
    )
    assert not (runnable.migrations / "ran").exists()
