"""The release a rehearsal deploys first is read out of history, without running any of it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import UsageError
from pipeline.rehearsal.checkout import export
from pipeline.rehearsal.previous_release import (
    PreviousRelease,
    Unreadable,
    chosen,
    find,
    heads,
)

if TYPE_CHECKING:
    from tests.pipeline.rehearsal.conftest import Repository

DEPLOYABLE = {
    "run_DOT_py": "",
    "zappa_settings_DOT_json": "{}",
    "requirements__app_DOT_txt": "",
    "migrations__env_DOT_py": "",
}


def revision(identifier: str, below: str | tuple[str, ...] | None) -> str:
    return f'"""A revision."""\nrevision: str = {identifier!r}\ndown_revision = {below!r}\nraise SystemExit(9)\n'


def versions(**revisions: str) -> dict[str, str]:
    return {f"migrations__versions__{name}_DOT_py": text for name, text in revisions.items()}


def test_the_newest_ancestor_with_another_head_is_found(repository: Repository) -> None:
    repository.commit(**DEPLOYABLE, **versions(a=revision("aaaaaaaaaaaa", None)))
    wanted = repository.commit(code="changed")
    repository.commit(**versions(b=revision("bbbbbbbbbbbb", "aaaaaaaaaaaa")))
    now = repository.commit(code="changed again")

    assert find(repository.folder, now) == PreviousRelease(wanted, "aaaaaaaaaaaa")


def test_what_was_merged_does_not_stand_in_for_what_main_served(repository: Repository) -> None:
    """A branch's own half-way heads were never deployed, however new its commits are."""
    repository.commit(**DEPLOYABLE, **versions(a=revision("aaaaaaaaaaaa", None)))
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(**versions(b=revision("bbbbbbbbbbbb", "aaaaaaaaaaaa")))
    repository.commit(**versions(c=revision("cccccccccccc", "bbbbbbbbbbbb")))
    repository.git("checkout", "--quiet", "main")
    served = repository.commit(code="changed")
    repository.git("merge", "--quiet", "--no-edit", "--no-ff", "side")
    now = repository.git("rev-parse", "HEAD")

    assert find(repository.folder, now) == PreviousRelease(served, "aaaaaaaaaaaa")


def test_a_merged_release_is_better_than_none(repository: Repository) -> None:
    repository.commit(readme="")
    repository.git("checkout", "--quiet", "-b", "side")
    first = repository.commit(**DEPLOYABLE, **versions(a=revision("aaaaaaaaaaaa", None)))
    repository.commit(**versions(b=revision("bbbbbbbbbbbb", "aaaaaaaaaaaa")))
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-edit", "--no-ff", "side")

    assert find(repository.folder, "HEAD") == PreviousRelease(first, "aaaaaaaaaaaa")


@pytest.mark.parametrize(
    "unfit",
    [
        {},  # No application yet.
        {**DEPLOYABLE},  # No revision yet.
        versions(a=revision("aaaaaaaaaaaa", None)),  # Nothing that could be deployed.
        {**DEPLOYABLE, **versions(a=revision("aaaaaaaaaaaa", None), x=revision("eeeeeeeeeeee", None))},
        {**DEPLOYABLE, **versions(a=revision("aaaaaaaaaaaa", None), x="def (")},
        {**DEPLOYABLE, **versions(a="revision = compute()\n")},
    ],
)
def test_an_unfit_ancestor_is_passed_over(repository: Repository, unfit: dict[str, str]) -> None:
    repository.commit(**unfit)
    gone: dict[str, str | None] = {"migrations__versions__x_DOT_py": None} if any("__x" in n for n in unfit) else {}
    now = repository.commit(
        **gone,
        **DEPLOYABLE,
        **versions(a=revision("aaaaaaaaaaaa", None), b=revision("bbbbbbbbbbbb", "aaaaaaaaaaaa")),
    )

    assert find(repository.folder, now) is None


def test_heads_follow_strings_tuples_and_annotations(repository: Repository) -> None:
    repository.commit(
        **versions(
            a=revision("aaaaaaaaaaaa", None),
            b=revision("bbbbbbbbbbbb", "aaaaaaaaaaaa"),
            c=revision("cccccccccccc", "aaaaaaaaaaaa"),
            d=revision("dddddddddddd", ("bbbbbbbbbbbb", "cccccccccccc")),
            e="from __future__ import annotations\nrevision: str = 'eeeeeeeeeeee'\n"
            "down_revision: str | None = 'cccccccccccc'\n",
        )
    )

    assert heads(repository.folder, "HEAD") == {"dddddddddddd", "eeeeeeeeeeee"}


def test_a_file_that_is_not_python_is_named(repository: Repository) -> None:
    commit = repository.commit(**versions(broken="def ("))

    with pytest.raises(Unreadable, match=f"{commit[:12]}:migrations/versions/broken.py is not Python"):
        heads(repository.folder, commit)


def test_a_chosen_ancestor_may_have_the_same_head_and_that_is_said(repository: Repository, tmp_path: Path) -> None:
    then = repository.commit(**DEPLOYABLE, **versions(a=revision("aaaaaaaaaaaa", None)))
    repository.git("tag", "v1")
    repository.commit(code="changed")
    now = export(repository.folder, None, tmp_path / "export")

    assert chosen(repository.folder, now, "v1") == PreviousRelease(
        then, "aaaaaaaaaaaa", f"{then[:12]} has the same schema head: no revision will be applied."
    )


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("no-such", "--from no-such: there is no such commit here"),
        ("--all", "--from --all: there is no such commit here"),
        ("side", "is no ancestor of"),
        ("bare", "cannot be deployed, it has no run.py, zappa_settings.json, requirements/app.txt"),
        ("torn", "has no revisions, or several heads"),
    ],
)
def test_a_choice_that_cannot_be_deployed_first_is_refused_with_the_reason(
    repository: Repository, tmp_path: Path, ref: str, reason: str
) -> None:
    repository.commit(readme="")
    repository.git("tag", "bare")
    repository.commit(**DEPLOYABLE)
    repository.git("tag", "torn")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(**versions(a=revision("aaaaaaaaaaaa", None)))
    repository.git("checkout", "--quiet", "main")
    now = export(repository.folder, None, tmp_path / "export")

    with pytest.raises(UsageError, match=reason):
        chosen(repository.folder, now, ref)


def test_a_shallow_history_ends_the_search(repository: Repository, tmp_path: Path) -> None:
    repository.commit(**DEPLOYABLE, **versions(a=revision("aaaaaaaaaaaa", None)))
    repository.commit(**versions(b=revision("bbbbbbbbbbbb", "aaaaaaaaaaaa")))
    clone = ["git", "clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow")]
    subprocess.run(clone, check=True)
    now = export(tmp_path / "shallow", None, tmp_path / "export")

    assert find(now.folder, now.commit) is None
