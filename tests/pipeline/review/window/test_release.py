"""A release's code beside ours: of another commit, with its own packages, and nothing of the working tree in it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.keeper import Keeper
from pipeline.review.layout import find_layout
from pipeline.review.window.release import release_at
from tests.pipeline.review.project import CHECKOUT, Project


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with Keeper() as made:
        yield made


def _locked(package: str) -> str:
    """What our own lock says of one package, with its hashes."""
    found = re.search(
        rf"^{package}==(?:.+\\\n)(?:    --hash=.+\n)+", (CHECKOUT / "requirements/app.txt").read_text(), re.MULTILINE
    )
    assert found
    return found[0]


def test_the_release_has_the_code_of_its_commit_and_the_repository_is_as_it_was(
    project: Project, keeper: Keeper
) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    (project.folder / "models.py").write_text("new\n")
    project.commit("a third")

    release = release_at(keeper, find_layout(project.migrations), "HEAD~1")

    names = {file.name for file in (release.project.layout.directory / "versions").iterdir()}
    assert names == {"first.py", "second.py"}
    assert not (release.project.root / "models.py").exists()
    assert (release.project.python, release.notices) == (Path(sys.executable), ())
    ask = ["git", "-C", str(project.folder)]
    assert subprocess.check_output([*ask, "worktree", "list"], text=True).count("\n") == 1
    assert subprocess.check_output([*ask, "status", "--porcelain"], text=True) == ""


def test_it_is_gone_with_its_keeper(project: Project) -> None:
    with Keeper() as keeper:
        root = release_at(keeper, find_layout(project.migrations), "main").project.root
        assert root.is_dir()

    assert not root.exists()


def test_a_release_that_is_not_there_is_refused_with_what_to_fetch(
    project: Project, keeper: Keeper, tmp_path: Path
) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.commit("a third")
    first = subprocess.check_output(["git", "-C", str(project.folder), "rev-parse", "HEAD~1"], text=True).strip()
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{project.folder}", str(shallow)], check=True)

    with pytest.raises(UsageError, match="git fetch origin absent"):
        release_at(keeper, find_layout(project.migrations), "absent")
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        release_at(keeper, find_layout(shallow / "migrations"), first)


def test_a_release_without_the_script_directory_is_refused(project: Project, keeper: Keeper) -> None:
    moved = project.folder / "elsewhere"
    project.migrations.rename(moved)
    project.commit("moved")

    with pytest.raises(CouldNotAnswer, match="has no elsewhere: it is older"):
        release_at(keeper, find_layout(moved), "HEAD~1")


@pytest.mark.parametrize("heads", [None, Path(".venv/bin/python")])
def test_a_release_with_another_lock_gets_its_own_packages(
    project: Project, keeper: Keeper, heads: Path | None
) -> None:
    """Even where the head's own interpreter is named: it has what the head asks for."""
    lock = project.folder / "requirements.txt"
    lock.write_text(_locked("itsdangerous"))
    project.commit("one package")
    lock.write_text(_locked("blinker"))

    named = project.folder / heads if heads else None

    release = release_at(keeper, find_layout(project.migrations), "HEAD", named)

    assert release.notices == ("The release runs with its own packages, as requirements.txt differ.",)
    listed = [
        str(release.project.python),
        "-c",
        "import itsdangerous, importlib.util as u; print(u.find_spec('blinker'))",
    ]
    assert subprocess.check_output(listed, text=True) == "None\n"


@pytest.mark.parametrize("python", [None, Path(sys.executable)])
def test_other_packages_that_cannot_be_had_are_said(project: Project, keeper: Keeper, python: Path | None) -> None:
    settings = project.folder / "pyproject.toml"
    settings.write_text('[project]\ndependencies = ["a"]\n[tool.ruff]\nline-length = 1\n')
    project.commit("asks for a")
    layout = find_layout(project.migrations)
    settings.write_text('[project]\ndependencies = ["a"]\n[tool.ruff]\nline-length = 2\n')
    assert release_at(keeper, layout, "HEAD", python).notices == ()
    settings.write_text('[project]\ndependencies = ["b"]\n')

    (notice,) = release_at(keeper, layout, "HEAD", python).notices

    assert "pyproject.toml differ" in notice
    assert ("--python" in notice) is (python is None)
