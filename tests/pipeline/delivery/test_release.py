"""The description of a version is all a rollback has when the database is down."""

import subprocess
from pathlib import Path

import pytest

from pipeline.delivery.release import Release, checked_out_release, descends_from, described_release
from pipeline.errors import CouldNotAnswer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "first.py").write_text('"""first"""\nrevision = "aaaaaaaaaaaa"\ndown_revision = None\n')
    commit(tmp_path, "First")
    return tmp_path


def test_a_description_reads_back_as_the_release_it_was_written_for() -> None:
    release = Release(COMMIT, "aaaaaaaaaaaa")

    assert release.description == f"commit={COMMIT} schema=aaaaaaaaaaaa"
    assert described_release(release.description) == release
    assert len(release.description) < 256, "the most that Lambda takes"


@pytest.mark.parametrize("description", ["", "Zappa Deployment", "adopted", f"commit={COMMIT}", "commit=x schema=y"])
def test_a_version_of_somebody_elses_is_no_release(description: str) -> None:
    assert described_release(description) is None


def test_a_checkout_is_its_commit_and_its_head(checkout: Path) -> None:
    assert checked_out_release(checkout) == Release(git(checkout, "rev-parse", "HEAD"), "aaaaaaaaaaaa")


def test_a_commit_descends_from_itself_and_its_ancestors_and_not_from_its_children(checkout: Path) -> None:
    first = git(checkout, "rev-parse", "HEAD")
    second = commit(checkout, "Second")

    assert descends_from(first, checkout)
    assert descends_from(second, checkout)
    git(checkout, "checkout", "--quiet", first)
    assert not descends_from(second, checkout)


def test_a_commit_git_has_never_heard_of_is_no_answer(checkout: Path) -> None:
    with pytest.raises(CouldNotAnswer, match=f"git does not know the commit {COMMIT}: .*fetch-depth: 0"):
        descends_from(COMMIT, checkout)


def test_a_folder_without_git_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match="`git rev-parse HEAD` failed"):
        checked_out_release(tmp_path)
