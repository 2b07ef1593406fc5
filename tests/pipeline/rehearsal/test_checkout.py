"""What a rehearsal deploys is what a checkout would hold: nothing that lies about, nothing missing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.rehearsal.checkout import export

if TYPE_CHECKING:
    from tests.pipeline.rehearsal.conftest import Repository


def contents(folder: Path) -> dict[str, str]:
    """Every file and link of a checkout, without git's own and the linked environment."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] in {".git", ".venv"} or (path.is_dir() and not path.is_symlink()):
            continue
        found[str(name)] = f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
    return found


def state(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Every file below a folder with its size and time of change: what a look must not touch."""
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        # Git gives an object that is used again a new date, so that no collection takes it away meanwhile.
        changed = 0 if "objects" in path.parts else seen.st_mtime_ns
        yield str(path), seen.st_size, changed


def test_uncommitted_changes_to_tracked_files_become_a_commit_on_top(repository: Repository, tmp_path: Path) -> None:
    head = repository.commit(kept="kept", changed="old", deleted="gone", link="to be a link")
    repository.write("changed", "new")
    repository.write("folder/staged", "staged")
    repository.git("add", "folder/staged")
    (repository.folder / "deleted").unlink()
    (repository.folder / "link").unlink()
    (repository.folder / "link").symlink_to("kept")

    made = export(repository.folder, None, tmp_path / "export")

    assert contents(made.folder) == {
        "kept": "kept",
        "changed": "new",
        "folder/staged": "staged",
        "link": "-> kept",
    }
    assert made.dirty == ["changed", "deleted", "folder/staged", "link"]
    asked = ["git", "-C", str(made.folder)]
    history = subprocess.check_output([*asked, "rev-list", "HEAD"], text=True).split()
    assert history == [made.commit, head]
    assert subprocess.check_output([*asked, "status", "--porcelain"], text=True) == ""


def test_a_clean_checkout_keeps_its_commit(repository: Repository, tmp_path: Path) -> None:
    head = repository.commit(file="text")

    made = export(repository.folder, None, tmp_path / "export")

    assert (made.commit, made.dirty, made.untracked, made.notices()) == (head, [], [], [])


def test_the_same_changes_make_the_same_commit(repository: Repository, tmp_path: Path) -> None:
    repository.commit(file="text")
    repository.write("file", "changed")

    first, second = (export(repository.folder, None, tmp_path / name).commit for name in ("one", "two"))

    assert first == second


def test_what_git_does_not_track_stays_out_and_is_named(repository: Repository, tmp_path: Path) -> None:
    repository.commit(_DOT_gitignore=".env\n", file="text")
    repository.write(".env", "SECRET=1")
    repository.write("secrets.json", "{}")
    repository.write("notes/one", "")

    made = export(repository.folder, None, tmp_path / "export")

    assert contents(made.folder) == {".gitignore": ".env\n", "file": "text"}
    assert made.notices() == ["Without notes/, secrets.json: git does not track it: `git add` it to rehearse it."]


def test_a_tracked_file_that_a_pattern_ignores_comes_along(repository: Repository, tmp_path: Path) -> None:
    repository.commit(_DOT_gitignore="*.log\n")
    repository.write("kept.log", "on purpose")
    repository.git("add", "--force", "kept.log")

    made = export(repository.folder, None, tmp_path / "export")

    assert contents(made.folder) == {".gitignore": "*.log\n", "kept.log": "on purpose"}


def test_an_older_commit_comes_without_the_working_trees_changes(repository: Repository, tmp_path: Path) -> None:
    older = repository.commit(file="old")
    repository.commit(file="new")
    repository.write("file", "newest")
    repository.write("untracked", "")

    made = export(repository.folder, older, tmp_path / "export")

    assert contents(made.folder) == {"file": "old"}
    assert (made.commit, made.notices()) == (older, [])


def test_the_original_is_not_written_to(repository: Repository, tmp_path: Path) -> None:
    repository.commit(file="text")
    touched = repository.write("file", "text")  # Same content, other times: `git status` would note that.
    os.utime(touched, (1, 1))
    before = list(state(repository.folder))

    export(repository.folder, None, tmp_path / "export")

    assert list(state(repository.folder)) == before


def test_the_environment_of_the_original_serves_the_export(repository: Repository, tmp_path: Path) -> None:
    repository.commit(file="text")
    (repository.folder / ".venv").mkdir()

    made = export(repository.folder, None, tmp_path / "export")

    assert (made.folder / ".venv").resolve() == repository.folder / ".venv"
    status = subprocess.check_output(["git", "-C", str(made.folder), "status", "--porcelain"], text=True)
    assert status == ""


def test_a_git_hook_does_not_confuse_it(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit` hands its repository to its hooks, and one of them may rehearse."""
    head = repository.commit(file="text")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))

    assert export(repository.folder, None, tmp_path / "export").commit == head


def test_a_worktree_and_a_shallow_clone_can_be_exported(repository: Repository, tmp_path: Path) -> None:
    repository.commit(file="old")
    head = repository.commit(file="new")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "worktree"))
    shallow = [
        "git",
        "clone",
        "--quiet",
        "--depth=1",
        f"file://{repository.folder}",
        str(tmp_path / "shallow"),
    ]
    subprocess.run(shallow, check=True)

    made = [export(tmp_path / name, None, tmp_path / f"{name}-export") for name in ("worktree", "shallow")]

    assert [one.commit for one in made] == [head, head]
    log = [
        subprocess.check_output(["git", "-C", str(one.folder), "log", "--format=%H"], text=True).split() for one in made
    ]
    assert [len(commits) for commits in log] == [2, 1]
    assert [one.boundary for one in made] == ["", f"{head}\n"]


def test_a_folder_that_is_no_checkout_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match=r"is not a git checkout.*clone the repository"):
        export(tmp_path, None, tmp_path / "export")


def test_a_folder_inside_another_checkout_is_refused(repository: Repository, tmp_path: Path) -> None:
    repository.commit(file="text")
    (repository.folder / "inside").mkdir()

    with pytest.raises(CouldNotAnswer, match="inside another checkout"):
        export(repository.folder / "inside", None, tmp_path / "export")


def test_a_repository_without_a_commit_is_refused(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match="no commit yet: `git commit` once"):
        export(repository.folder, None, tmp_path / "export")


def test_a_conflict_is_refused_by_the_files_name(repository: Repository, tmp_path: Path) -> None:
    repository.commit(file="base")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(file="theirs")
    repository.git("checkout", "--quiet", "main")
    repository.commit(file="ours")
    subprocess.run(["git", "merge", "side"], cwd=repository.folder, check=False, capture_output=True)

    with pytest.raises(CouldNotAnswer, match="file has merge conflicts"):
        export(repository.folder, None, tmp_path / "export")


def test_a_machine_without_git_is_told_to_install_it(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CouldNotAnswer, match="git is not on the PATH"):
        export(repository.folder, None, tmp_path / "export")
