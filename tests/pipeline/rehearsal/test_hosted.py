"""What GitHub keeps beside a run: a stand-in that is kinder than the action lets a workflow pass that fails there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import Found
from pipeline.rehearsal.hosted import Hosted
from pipeline.workflows import ActionCall, StepIdentity

if TYPE_CHECKING:
    from tests.pipeline.rehearsal.conftest import Repository

RESULT: dict[str, Any] = {
    "ruleId": "drop-column",
    "level": "error",
    "message": {"text": "It is gone."},
    "partialFingerprints": {"primaryLocationLineHash": "1"},
    "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": "migrations/a.py"}, "region": {"startLine": 3}}},
    ],
}


class Job:
    """A job's workspace at GitHub, with the repository's main and a pull request that leads on from it."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        repository.commit(file="first")
        self.base = repository.commit(file="base")
        repository.git("switch", "--quiet", "--create", "change")
        self.merge = repository.commit(file="changed")
        repository.git("update-ref", "refs/pull/7/merge", self.merge)
        self.hosted = Hosted(repository.folder, folder / "hosted")
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        self.lines: list[str] = []

    def use(self, action: str, **inputs: str) -> Mapping[str, str]:
        call = ActionCall(
            step=StepIdentity("job", 1, None, "step"),
            uses=f"{action}@v1",
            inputs={name.replace("_", "-") if name != "sarif_file" else name: value for name, value in inputs.items()},
            env={"GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": self.merge},
            workspace=self.workspace,
            add_path=self.lines.append,
            set_env=lambda _name, _value: None,
            summarize=self.lines.append,
            log=self.lines.append,
        )
        return self.hosted.actions()[action](call)

    def check_out(self, **inputs: str) -> Mapping[str, str]:
        return self.use("actions/checkout", persist_credentials="false", **inputs)

    def git(self, path: str, *words: str) -> list[str]:
        command = ["git", "-C", str(self.workspace / path), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    def sarif(self, **changes: Any) -> str:
        run = {
            "tool": {"driver": {"name": "review", "rules": [{"id": "drop-column"}]}},
            "results": [{**RESULT, **changes}],
        }
        (self.workspace / "a.sarif").write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
        return "a.sarif"


@pytest.fixture
def job(repository: Repository, tmp_path: Path) -> Job:
    return Job(repository, tmp_path)


def test_a_checkout_is_the_events_commit_and_nothing_else(job: Job) -> None:
    job.check_out()

    assert job.git(".", "rev-list", "HEAD") == [job.merge]
    assert job.git(".", "for-each-ref", "--format=%(refname)") == []


def test_a_whole_checkout_knows_the_base_branch(job: Job) -> None:
    job.check_out(fetch_depth="0", path="change")

    assert job.git("change", "merge-base", "HEAD", "origin/main") == [job.base]
    assert (job.workspace / "change" / "file").read_text() == "changed"


def test_another_branch_is_checked_out_beside_it(job: Job) -> None:
    job.check_out(path="change")
    job.check_out(path="judge", ref="main")

    assert [(job.workspace / name / "file").read_text() for name in ("change", "judge")] == ["changed", "base"]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"ref": "no-such"}, "A branch or tag with the name 'no-such' could not be found"),
        ({"path": "../elsewhere"}, "is not under"),
        ({"fetch_depth": "5"}, "has no stand-in"),
        ({"submodules": "true"}, "nothing stands in for its input submodules"),
    ],
)
def test_what_a_checkout_could_not_do_is_refused(job: Job, inputs: dict[str, str], message: str) -> None:
    with pytest.raises(Found, match=message):
        job.check_out(**inputs)


def test_a_checkout_that_keeps_its_token_is_refused(job: Job) -> None:
    with pytest.raises(Found, match="persist-credentials: false"):
        job.use("actions/checkout")


def test_an_artifact_brings_files_to_another_job(job: Job, tmp_path: Path) -> None:
    reports = tmp_path / "temp" / "reports"
    reports.mkdir(parents=True)
    (reports / "a.md").write_text("found")
    (reports.parent / "b.json").write_text("{}")
    (reports / ".hidden").write_text("secret")

    outputs = job.use("actions/upload-artifact", name="review", path=f"{reports}\n{reports.parent / 'b.json'}\n")
    job.use("actions/download-artifact", name="review", path=str(tmp_path / "there"))

    assert outputs == {"artifact-id": "1"}
    arrived = sorted(path.relative_to(tmp_path / "there") for path in (tmp_path / "there").rglob("*.*"))
    assert arrived == [Path("b.json"), Path("reports/a.md")]


def test_an_artifact_without_files_is_none(job: Job) -> None:
    assert job.use("actions/upload-artifact", name="review", path="missing.md") == {}
    assert job.lines[-1].startswith("::warning::No files were found")
    with pytest.raises(Found, match="No files were found"):
        job.use("actions/upload-artifact", name="review", path="missing.md", if_no_files_found="error")
    with pytest.raises(Found, match="Artifact not found for name: review"):
        job.use("actions/download-artifact", name="review", path="there")


def test_an_artifact_is_uploaded_once(job: Job) -> None:
    (job.workspace / "a.md").write_text("found")
    job.use("actions/upload-artifact", name="review", path="a.md")

    with pytest.raises(Found, match="already exists"):
        job.use("actions/upload-artifact", name="review", path="a.md")


def test_alerts_are_filed_under_the_commit_they_are_about(job: Job) -> None:
    job.use("github/codeql-action/upload-sarif", sarif_file=job.sarif(), ref="refs/pull/7/merge", sha=job.merge)

    [alerts] = job.hosted.alerts
    assert (alerts.commit, alerts.places) == (job.merge, [("drop-column", "migrations/a.py", 3)])


def test_alerts_about_another_commit_than_the_checkouts_have_to_name_it(job: Job) -> None:
    """The action asks git in the workspace: in a checkout of the base, the alerts would be the base's."""
    job.check_out(ref="main")

    with pytest.raises(Found, match="would file the alerts under"):
        job.use("github/codeql-action/upload-sarif", sarif_file=job.sarif())
    with pytest.raises(Found, match="Both 'ref' and 'sha' are required"):
        job.use("github/codeql-action/upload-sarif", sarif_file=job.sarif(), sha=job.merge)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ruleId": "other"}, "ruleId 'other' is none of the driver's rules"),
        ({"level": "info"}, "level 'info' is none of"),
        ({"message": {}}, "message.text is missing"),
        ({"locations": []}, "locations is empty"),
        ({"partialFingerprints": {}}, "primaryLocationLineHash is missing"),
        (
            {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "../a.py"}, "region": {}}}]},
            "uri '../a.py' is not below the top of the checkout; .*startLine is missing",
        ),
    ],
)
def test_what_code_scanning_would_refuse_is_refused(job: Job, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Found, match=message):
        job.use("github/codeql-action/upload-sarif", sarif_file=job.sarif(**changes), ref="r", sha="s")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ('{"version": "2.0.0"}', "not '2.1.0'; runs has to be a list"),
        (None, "Path does not exist"),
    ],
)
def test_what_is_no_sarif_is_refused(job: Job, text: str | None, message: str) -> None:
    if text is not None:
        (job.workspace / "a.sarif").write_text(text)

    with pytest.raises(Found, match=message):
        job.use("github/codeql-action/upload-sarif", sarif_file="a.sarif", ref="r", sha="s")
