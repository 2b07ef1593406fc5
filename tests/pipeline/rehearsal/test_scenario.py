"""What is deployed first is chosen before anything is started, and a person is told what it is."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipeline.rehearsal.checkout import export
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.scenario import Release, look_back
from tests.pipeline.rehearsal.test_previous_release import DEPLOYABLE, revision, versions

if TYPE_CHECKING:
    from tests.pipeline.rehearsal.conftest import Repository

FIRST, SECOND = "aaaaaaaaaaaa", "bbbbbbbbbbbb"


def look(folder: Path, tmp_path: Path, ref: str | None = None) -> tuple[Release, str]:
    """The release that is found from a repository's working tree, and what was said about it."""
    written = io.StringIO()
    now = export(folder, None, tmp_path / "now")
    found = look_back(folder, now, tmp_path / "previous", ref, Display(Console(file=written, width=400)))
    return found, written.getvalue()


def test_the_previous_release_is_checked_out_without_the_changes_of_now(repository: Repository, tmp_path: Path) -> None:
    first = repository.commit(**DEPLOYABLE, **versions(a=revision(FIRST, None)))
    repository.write("migrations/versions/b.py", revision(SECOND, FIRST))
    repository.git("add", "--all")

    found, said = look(repository.folder, tmp_path)

    assert (found.commit, found.schema) == (first, FIRST)
    assert [path.name for path in (found.checkout.folder / "migrations" / "versions").iterdir()] == ["a.py"]
    assert "empty database" not in said


def test_without_one_the_deploy_starts_from_an_empty_database_and_says_so(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit(**DEPLOYABLE, **versions(a="revision = 'aaaaaaaaaaaa'\ndown_revision = None\n"))

    found, said = look(repository.folder, tmp_path)

    assert (found.schema, found.checkout.folder) == (FIRST, tmp_path / "now")
    assert "No ancestor of this commit is a deployable release with another schema." in said
    assert "starts from an empty database" in said


def test_a_shallow_clone_is_told_how_to_get_the_rest(repository: Repository, tmp_path: Path) -> None:
    repository.commit(**DEPLOYABLE, **versions(a="revision = 'aaaaaaaaaaaa'\ndown_revision = None\n"))
    repository.commit(code="changed")
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(shallow)], check=True)

    _, said = look(shallow, tmp_path)

    assert "`git fetch --unshallow`" in said


def test_a_chosen_release_with_the_same_schema_is_deployed_and_that_is_said(
    repository: Repository, tmp_path: Path
) -> None:
    first = repository.commit(**DEPLOYABLE, **versions(a=revision(FIRST, None)))
    repository.commit(code="changed")

    found, said = look(repository.folder, tmp_path, ref="HEAD~1")

    assert found.commit == first
    assert "no revision will be applied" in said
