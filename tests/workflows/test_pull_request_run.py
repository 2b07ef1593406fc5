"""The pull request's checks run here as they would there; deploy.yml and rollback.yml run in the rehearsal."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.rehearsal.checkout import export
from pipeline.workflows import ActionCall, Event, ServiceCall, WorkflowRun, load_workflow, run_workflow

WORKFLOW = Path(".github/workflows/pull-request.yml")


def action(_call: ActionCall) -> Mapping[str, str]:
    return {}


@contextmanager
def database(_call: ServiceCall) -> Iterator[Mapping[str, str]]:
    yield {"5432": "54321"}


def run(workspace: Path, tests: str = 'echo "$PORT"') -> WorkflowRun:
    """Run it with the three long commands replaced: tests, linters and the rehearsal."""
    return run_workflow(
        load_workflow(WORKFLOW),
        event=Event(name="pull_request", ref="refs/pull/7/merge", payload={"pull_request": {"number": 7}}),
        workspace=workspace,
        environment={"PATH": os.environ["PATH"], "HOME": str(workspace)},
        stand_ins={"actions/checkout": action, "actions/setup-python": action},
        services={"postgres": database},
        overrides={"tests": tests, "Lint code and workflows": "true", "Rehearse": "true"},
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return export(Path.cwd(), None, tmp_path / "checkout").folder


def test_a_good_pull_request_passes_every_job(workspace: Path) -> None:
    ran = run(workspace)

    assert {job.id: job.result for job in ran.jobs.values()} == {
        "test": "success",
        "lint": "success",
        "rehearse": "success",
    }
    assert ran.step("test", "tests").lines == ("54321",), "the tests get the service's port"
    assert ran.step("test", "One Alembic head").lines[0].startswith("One head: ")


def test_two_heads_fail_it(workspace: Path) -> None:
    (workspace / "migrations" / "versions" / "other.py").write_text(
        '"""other"""\nrevision = "ffffffffffff"\ndown_revision = "e3a9ffa2d6e7"\n'
    )

    ran = run(workspace)

    assert (ran.jobs["test"].result, ran.step("test", "One Alembic head").exit_code) == ("failure", 1)
    assert any("There are 2 heads" in line for line in ran.step("test", "One Alembic head").lines)


def test_a_failing_test_fails_it_and_the_heads_are_not_looked_at(workspace: Path) -> None:
    ran = run(workspace, tests="exit 1")

    assert (ran.result, ran.step("test", "One Alembic head").outcome) == ("failure", "skipped")
