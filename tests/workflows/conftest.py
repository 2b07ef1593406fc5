"""A pull request at GitHub as far as its workflow can tell: a repository, the event, and an API that takes comments."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.rehearsal.checkout import export
from pipeline.rehearsal.hosted import Hosted
from pipeline.rehearsal.stand_ins import set_up_python
from pipeline.workflows import Event, ServiceCall, WorkflowRun, load_workflow, run_workflow
from pipeline.workflows.expressions import Value
from tests.pipeline.review.project import git
from tests.pipeline.review.test_comment import REPOSITORY, TOKEN, GitHubStandIn

WORKFLOW = Path(".github/workflows/pull-request.yml")
_LONG = {"Lint code and workflows": "true", "Rehearse": "true", "prove": "true"}


@contextmanager
def database(_call: ServiceCall) -> Iterator[Mapping[str, str]]:
    yield {"5432": "54321"}


@dataclass
class PullRequest:
    """Number 7, from the branch `change` to `main` of `hosted`'s repository, which is this checkout's."""

    folder: Path
    hosted: Hosted
    github: GitHubStandIn
    comes_from: str = REPOSITORY
    private: bool = False
    runs: int = 0

    def commit(self, branch: str, files: Mapping[str, str | None]) -> str:
        """Write the files (None deletes) onto a branch, which begins at main if it is new."""
        repository = self.hosted.repository
        known = git(repository, "branch", "--list", branch)
        git(repository, "switch", "--quiet", *([] if known else ["--create"]), branch, *([] if known else ["main"]))
        for name, text in files.items():
            file = repository / name
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        git(repository, "add", "--all", "--force", "--", *files)
        git(repository, "commit", "--quiet", "--allow-empty", "-m", ", ".join(files) or "nothing")
        return git(repository, "rev-parse", "HEAD").strip()

    def run(self, overrides: Mapping[str, str] | None = None, *, proving: bool = False) -> WorkflowRun:
        """
        Run the workflow on what GitHub would test: the branch, merged into main.

        The long commands are replaced, the one that runs revisions unless `proving`; so are those of the steps in
        `overrides`.
        """
        long = {step: command for step, command in _LONG.items() if step != "prove" or not proving}
        repository = self.hosted.repository
        if not git(repository, "branch", "--list", "change"):
            self.commit("change", {})
        git(repository, "switch", "--quiet", "--detach", "main")
        git(repository, "merge", "--quiet", "--no-ff", "-m", "Merge pull request 7", "change")
        merge = git(repository, "rev-parse", "HEAD").strip()
        git(repository, "update-ref", "refs/pull/7/merge", merge)
        self.runs += 1
        workspace = self.folder / f"run-{self.runs}"
        return run_workflow(
            load_workflow(WORKFLOW),
            event=Event("pull_request", "refs/pull/7/merge", merge, {}, self._payload(), repository=REPOSITORY,
                        api_url=self.github.api),
            workspace=workspace,
            own_workspaces=True,
            environment={"PATH": os.environ["PATH"], "HOME": str(self.folder), "no_proxy": "127.0.0.1"},
            stand_ins={
                **Hosted(repository, workspace, self.hosted.environment, self.hosted.alerts).actions(),
                "actions/setup-python": set_up_python(self.folder / "python"),
            },
            services={"postgres": database},
            secrets={"GITHUB_TOKEN": TOKEN},
            overrides={"tests": 'echo "$PORT"', **long, **(overrides or {})},
        )  # fmt: skip

    def _payload(self) -> dict[str, Value]:
        head: dict[str, Value] = {"ref": "change", "repo": {"full_name": self.comes_from}}
        return {
            "pull_request": {"number": 7, "base": {"ref": "main"}, "head": head},
            "repository": {"full_name": REPOSITORY, "private": self.private},
        }


@pytest.fixture
def pull_request(tmp_path: Path) -> Iterator[PullRequest]:
    folder = export(Path.cwd(), None, tmp_path / "repository").folder
    (folder / ".venv").unlink()  # Where it is checked out, there is one again.
    github = GitHubStandIn()
    yield PullRequest(tmp_path, Hosted(folder, tmp_path, Path(".venv").resolve()), github)
    github.server.close()
