"""What was merged before, read from git however the repository was cloned and from wherever it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.review.base import default_base, read_base
from pipeline.review.directory import read_directory
from pipeline.review.history import Base
from pipeline.review.layout import find_layout
from pipeline.review.reviewing import Options, review
from tests.pipeline.review.project import Project, git


def base(migrations: Path, ref: str = "main") -> Base:
    layout = find_layout(migrations)
    return read_base(layout, ref, read_directory(layout).revisions)


def analysed(migrations: Path, since: str = "main") -> list[str]:
    return [path.stem for path in review(Options(migrations, since=since)).analysed]


@pytest.fixture
def branch(project: Project) -> Project:
    """Return a project on a branch that has one committed revision more than main, and one that is not committed."""
    project.branch("titles")
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.commit()
    project.write("dddddddddddd", "cccccccccccc")
    return project


def test_what_is_new_is_committed_or_not(branch: Project) -> None:
    assert analysed(branch.migrations) == ["cccccccccccc", "dddddddddddd"]


def test_an_edited_merged_revision_is_read_again_and_a_reformatted_one_is_not(branch: Project) -> None:
    branch.write("bbbbbbbbbbbb", "aaaaaaaaaaaa", name="second", upgrade="op.drop_table('a')")
    branch.replace(branch.migrations / "versions/first.py", "def upgrade():", "def upgrade() -> None:")

    assert analysed(branch.migrations) == ["cccccccccccc", "dddddddddddd", "second"]


def test_the_base_is_where_the_branch_began_and_its_heads_are_todays(branch: Project) -> None:
    branch.git("stash", "--quiet", "--include-untracked")
    branch.git("switch", "--quiet", "main")
    began = branch.git("rev-parse", "HEAD").strip()
    branch.write("eeeeeeeeeeee", "bbbbbbbbbbbb")
    branch.commit()
    branch.git("switch", "--quiet", "titles")

    found = base(branch.migrations)

    assert (found.commit, sorted(found.texts), found.heads) == (
        began, ["aaaaaaaaaaaa", "bbbbbbbbbbbb"], ("eeeeeeeeeeee",),
    )  # fmt: skip
    assert [revision.id for revision in found.newer] == ["eeeeeeeeeeee"]


@pytest.mark.parametrize(("here", "typed"), [(".", "migrations"), ("migrations/versions", "../../migrations")])
def test_paths_are_those_that_were_typed_from(
    branch: Project, monkeypatch: pytest.MonkeyPatch, here: str, typed: str
) -> None:
    monkeypatch.chdir(branch.folder / here)

    assert analysed(Path(typed)) == ["cccccccccccc", "dddddddddddd"]


def test_a_detached_head_has_a_base_too(branch: Project) -> None:
    branch.git("switch", "--quiet", "--detach")

    assert analysed(branch.migrations) == ["cccccccccccc", "dddddddddddd"]


def test_a_script_directory_in_a_subfolder_of_the_repository_is_compared(branch: Project) -> None:
    branch.git("switch", "--quiet", "--create", "deep", "main", "--discard-changes")
    nested = Project(branch.folder, branch.folder / "services" / "shop" / "migrations")
    nested.write("111111111111")
    branch.commit()
    branch.branch("more")
    nested.write("222222222222", "111111111111")

    assert analysed(nested.migrations, "deep") == ["222222222222"]


def test_a_second_script_directory_with_the_same_ids_is_another_one(branch: Project) -> None:
    """Numbered revisions of two services have the same names and ids; one is not the other, moved."""
    other = Project(branch.folder, branch.folder / "other")
    other.write("aaaaaaaaaaaa", name="first")

    assert analysed(other.migrations) == ["first"]


def test_a_repository_whose_root_is_the_script_directory_is_compared(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path)
    project.git("init", "--quiet")
    project.write("aaaaaaaaaaaa")
    project.commit()
    project.branch("more")
    project.write("bbbbbbbbbbbb", "aaaaaaaaaaaa")

    assert analysed(tmp_path) == ["bbbbbbbbbbbb"]
    assert analysed(tmp_path / "versions") == ["bbbbbbbbbbbb"]


@pytest.mark.parametrize("ref", ["--output=x", "-", "", " "])
def test_a_ref_that_git_would_take_for_an_option_is_refused(branch: Project, ref: str) -> None:
    with pytest.raises(UsageError, match="is no commit"):
        base(branch.migrations, ref)


@pytest.mark.parametrize("ref", ["origin/nowhere", "main..titles", "$(touch x)", "main:migrations"])
def test_a_ref_that_is_unknown_says_how_to_fetch_it(branch: Project, ref: str) -> None:
    with pytest.raises(UsageError, match=r"git knows no such commit in .*git fetch origin"):
        base(branch.migrations, ref)


def test_a_clone_that_is_too_shallow_says_how_to_deepen_it(branch: Project, tmp_path: Path) -> None:
    branch.commit()
    branch.git("switch", "--quiet", "main")
    branch.commit("main goes on")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{branch.folder}", str(clone))
    git(clone, "switch", "--quiet", "titles")

    with pytest.raises(CouldNotAnswer, match=r"too shallow .*`git fetch --unshallow`"):
        base(clone / "migrations", "origin/main")

    git(clone, "fetch", "--quiet", "--unshallow")
    assert analysed(clone / "migrations", "origin/main") == ["cccccccccccc", "dddddddddddd"]


def test_branches_without_a_common_commit_are_no_answer(branch: Project) -> None:
    branch.git("switch", "--quiet", "--orphan", "other")
    branch.write("aaaaaaaaaaaa")
    branch.commit()

    with pytest.raises(CouldNotAnswer, match="have no commit in common"):
        base(branch.migrations)


def test_outside_of_a_repository_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    Project(tmp_path, tmp_path).write("aaaaaaaaaaaa")

    with pytest.raises(UsageError, match="is in no git repository"):
        base(tmp_path)
    assert default_base(find_layout(tmp_path)) is None


def test_the_repository_of_a_hook_is_not_taken_for_the_reviewed_one(
    branch: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet", "hook")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "hook" / ".git"))

    assert analysed(branch.migrations) == ["cccccccccccc", "dddddddddddd"]


def test_the_main_branch_is_compared_with_by_itself_as_this_clone_knows_it(branch: Project, tmp_path: Path) -> None:
    branch.commit()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch=titles", str(branch.folder), str(clone))

    assert default_base(find_layout(branch.migrations)) == "main"
    assert default_base(find_layout(clone / "migrations")) == "origin/HEAD"
